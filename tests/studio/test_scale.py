"""With a thousand live workflows in the account, pages about them cost what they cost with ten."""

import time
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from opsflows.studio.conflicts.find import conflicts_of
from opsflows.workflows.models import Workflow, WorkflowTag, WorkflowVersion
from opsflows.workflows.rule_form import to_graph
from opsflows.workflows.searchable import text_of
from opsflows.workflows.set_tags import set_tags
from tests.admin.addresses import listing, page
from tests.admin.world import World


def crowd(alpha: World, start: int, count: int, *, events: int = 20) -> None:
    """Live workflows on a few events that write records and send events on."""
    now, rows, versions, tags = timezone.now(), [], [], []
    for number in range(start, start + count):
        rule = {
            "trigger": f"alpha.e{number % events}",
            "conditions": {"rules": [{"field": "value", "operator": "greater_than", "value": number}]},
            "actions": [
                {"type": "update_record", "recordType": "deal", "recordKey": "{{id}}", "data": {"stage": f"s{number}"}},
                {"type": "emit_event", "event": f"alpha.e{(number + 1) % events}", "payload": {"by": f"w{number}"}},
            ],
        }
        workflow = Workflow(account=alpha.account, workflow_name=f"crowd {number:04}", workflow_data=to_graph(rule))
        workflow.trigger_config = {"kind": "event", "event": rule["trigger"]}
        workflow.search_text = text_of(workflow, tags=["crowd"])
        kinds = {"condition": 1, "update_record": 1, "emit_event": 1}
        version = WorkflowVersion(workflow=workflow, number=1, workflow_data=workflow.workflow_data, created_at=now)
        version.trigger_event, version.kind_versions, version.content_hash = rule["trigger"], kinds, f"{number:064}"
        rows.append(workflow)
        versions.append(version)
        tags.append(WorkflowTag(account=alpha.account, workflow=workflow, name="crowd", created_at=now))
    Workflow.objects.bulk_create(rows)
    WorkflowVersion.objects.bulk_create(versions)
    WorkflowTag.objects.bulk_create(tags)
    for workflow, version in zip(rows, versions, strict=True):
        workflow.published_version, workflow.is_active = version, True
    Workflow.objects.bulk_update(rows, ["published_version", "is_active"], batch_size=500)


@pytest.fixture
def mine(alpha: World) -> Workflow:
    step = {"type": "update_record", "recordType": "deal", "recordKey": "{{id}}", "data": {"stage": "mine"}}
    send = {"type": "emit_event", "event": "alpha.e2"}
    workflow = alpha.workflow("mine", live=False, trigger="alpha.e1", conditions=None, actions=[step, send])
    set_tags(actor=alpha.actor, workflow=workflow, tags=["crowd"], now=timezone.now())
    return workflow


def asked(act: Any) -> tuple[int, float]:
    started = time.perf_counter()
    with CaptureQueriesContext(connection) as captured:
        act()
    return len(captured), time.perf_counter() - started


def test_pages_beside_a_thousand_workflows(admin: Client, alpha: World, mine: Workflow) -> None:
    crowd(alpha, 0, 60)
    urls = {
        "list": listing(Workflow),
        "search": f"{listing(Workflow)}?q=deal+crowd",
        "filters": f"{listing(Workflow)}?tag=crowd&event=alpha.e1&category=custom&state=live",
        "overview": page(mine),
    }

    def see(url: str) -> None:
        assert admin.get(url).status_code == 200

    for url in urls.values():
        see(url)
    before = {name: asked(lambda url=url: see(url))[0] for name, url in urls.items()}
    crowd(alpha, 60, 940)
    see(urls["overview"])
    after = {name: asked(lambda url=url: see(url)) for name, url in urls.items()}
    assert {name: count for name, (count, _) in after.items()} == before
    # Generous for a busy machine; alone each takes a few hundred milliseconds at most.
    assert max(seconds for _, seconds in after.values()) < 5, after


def test_conflicts_beside_a_thousand_workflows(alpha: World, mine: Workflow) -> None:
    crowd(alpha, 0, 1000)
    first = asked(lambda: conflicts_of(mine))
    again = asked(lambda: conflicts_of(mine))
    # The live ones, their versions, the account; what was read of a version is remembered.
    assert (first[0], again[0]) == (3, 1)
    assert again[1] < 3, (first, again)
    assert {conflict.kind for conflict in conflicts_of(mine)} == {"write"}
