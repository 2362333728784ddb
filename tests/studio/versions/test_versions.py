"""The list of versions, any two of them, one of them, and bringing it back."""

import re
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from opsflows.messages.models import MessageTemplate
from opsflows.workflows.activate import set_active
from opsflows.workflows.models import Workflow
from opsflows.workflows.publish import publish
from opsflows.workflows.rule_form import to_graph
from opsflows.workflows.save_draft import update_draft
from tests.admin.test_queries import queries
from tests.admin.world import World

pytestmark = pytest.mark.django_db

SLACK = {"type": "slack", "channel": "#deals", "message": "Won"}


def rule(value: int, *actions: dict[str, Any]) -> dict[str, Any]:
    leaf = {"field": "value", "operator": "greater_than", "value": value}
    return to_graph({"trigger": "alpha.happened", "conditions": {"rules": [leaf]}, "actions": [*actions]})


def save(world: World, workflow: Workflow, data: dict[str, Any]) -> Workflow:
    fresh = Workflow.objects.get(pk=workflow.pk)
    return update_draft(actor=world.actor, workflow=fresh, revision=fresh.revision, workflow_data=data)


def publish_as(world: World, workflow: Workflow, data: dict[str, Any], note: str = "") -> Workflow:
    fresh = save(world, workflow, data)
    publish(actor=world.actor, workflow=fresh, note=note, now=timezone.now())
    return fresh


@pytest.fixture
def workflow(alpha: World) -> Workflow:
    """Two versions, the second of them live."""
    made = alpha.workflow("Deals", actions=[SLACK])
    return publish_as(alpha, made, rule(150000, SLACK, {"type": "create_task", "title": "Call"}), "For spring")


def page(name: str, workflow: Workflow, **more: Any) -> str:
    return reverse(f"studio:{name}", kwargs={"workflow_id": workflow.pk, **more})


def shown(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_list_says_what_each_changed(admin: Client, alpha: World, workflow: Workflow) -> None:
    alpha.run(workflow, alpha.event())
    html = shown(admin, page("versions", workflow))
    assert html.index('id="v2"') < html.index('id="v1"')
    assert "Only if value is greater than 100,000 → 150,000" in html
    assert "added: Create a task “Call”, after “Send a Slack message”" in html
    assert "For spring" in html
    assert re.search(r"Listened:\s+since", html)
    assert html.count("check_circle</span>Live") == 1
    assert "The first version: there is nothing before it." in html
    assert "1 run." in html


def test_many_changes_are_folded(admin: Client, alpha: World, workflow: Workflow) -> None:
    tasks = [{"type": "create_task", "title": f"Task {number}"} for number in range(8)]
    publish_as(alpha, workflow, rule(150000, *tasks))
    assert " more</summary>" in shown(admin, page("versions", workflow))


def test_the_draft_stands_on_top_while_it_differs(admin: Client, alpha: World, workflow: Workflow) -> None:
    assert 'id="draft"' not in shown(admin, page("versions", workflow))
    save(alpha, workflow, rule(7, SLACK))
    html = shown(admin, page("versions", workflow))
    assert "Only if value is greater than 150,000 → 7" in html
    assert page("publish", workflow) in html


def test_any_two_are_compared(admin: Client, alpha: World, workflow: Workflow) -> None:
    save(alpha, workflow, rule(7, SLACK))
    url = page("versions", workflow)
    html = shown(admin, f"{url}?from=2&to=1")
    assert "From version 2 to version 1" in html
    assert "removed: Create a task “Call”" in html
    assert "greater than 100,000 → 7" in shown(admin, f"{url}?from=1&to=draft")
    assert "Both say the same" in shown(admin, f"{url}?from=1&to=1")
    for odd in ("9", "x", "-1", "٣", "9" * 30):
        assert "Nothing to compare" in shown(admin, f"{url}?from={odd}&to=1")


def test_pages_go_by_the_number(admin: Client, alpha: World, workflow: Workflow) -> None:
    for number in range(3, 13):
        publish_as(alpha, workflow, rule(number, SLACK))
    first = shown(admin, page("versions", workflow))
    assert 'id="v3"' in first
    assert 'id="v2"' not in first
    assert "?older=3" in first
    second = shown(admin, page("versions", workflow) + "?older=3")
    assert 'id="v2"' in second
    assert "No older versions" in shown(admin, page("versions", workflow) + "?older=1")
    assert 'id="v12"' in shown(admin, page("versions", workflow) + "?older=nonsense")
    assert "There is no" in shown(admin, page("versions", workflow) + f"?from={'9' * 5000}&to=draft")


def test_thirty_versions_cost_what_one_costs(admin: Client, alpha: World) -> None:
    workflow = alpha.workflow("Deals")
    alpha.run(workflow, None)
    urls = [page("versions", workflow), page("version", workflow, number=1), page("publish", workflow)]
    save(alpha, workflow, rule(1, SLACK))
    before = [len(queries(admin, url)) for url in urls]
    for number in range(2, 31):
        workflow = publish_as(alpha, workflow, rule(number, SLACK))
        set_active(actor=alpha.actor, workflow=workflow, active=False, now=timezone.now())
        set_active(actor=alpha.actor, workflow=workflow, active=True, now=timezone.now())
        alpha.run(workflow, None)
    save(alpha, workflow, rule(1, SLACK))
    assert [len(queries(admin, url)) for url in urls] == before
    assert max(before) < 40


def test_what_a_version_names_is_compared_as_well(admin: Client, alpha: World) -> None:
    MessageTemplate.objects.create(account=alpha.account, name="hello", subject="Hello", body="First")
    mail = {"type": "email", "to": "a@example.com", "template": "hello"}
    workflow = alpha.workflow("Deals", actions=[mail])
    MessageTemplate.objects.update(body="Second")
    ahead = shown(admin, page("publish", workflow))
    assert "“hello”: Body: First → Second" in ahead
    publish(actor=alpha.actor, workflow=workflow, now=timezone.now())
    assert "What it names: Template “hello”: Body: First → Second" in shown(admin, page("versions", workflow))


def test_one_version_reads_as_a_sentence(admin: Client, workflow: Workflow) -> None:
    html = shown(admin, page("version", workflow, number=1))
    assert "value is greater than 100,000" in html
    assert "Restore version 1" in html
    assert "Only if value is greater than 150,000 → 100,000" in html
    assert "The draft says what this version says" in shown(admin, page("version", workflow, number=2))


def test_restoring_says_what_it_changed(admin: Client, workflow: Workflow) -> None:
    data = workflow.versions.get(number=1).workflow_data
    answer = admin.post(page("restore", workflow, number=1), {"revision": workflow.revision}, follow=True)
    html = answer.content.decode()
    assert "The draft says what version 1 says" in html
    assert "removed: Create a task “Call”" in html
    again = Workflow.objects.get(pk=workflow.pk)
    assert (again.workflow_data, again.revision) == (data, workflow.revision + 1)
    assert again.published_version == workflow.published_version


def test_a_draft_that_somebody_saved_meanwhile_is_not_lost(admin: Client, alpha: World, workflow: Workflow) -> None:
    later = save(alpha, workflow, rule(7))
    answer = admin.post(page("restore", workflow, number=1), {"revision": workflow.revision}, follow=True)
    assert "Somebody saved the draft meanwhile" in answer.content.decode()
    assert Workflow.objects.get(pk=workflow.pk).workflow_data == later.workflow_data
    missing = admin.post(page("restore", workflow, number=1), {}, follow=True)
    assert "Which draft was seen is missing" in missing.content.decode()


def test_reading_changes_nothing_and_a_viewer_restores_nothing(
    admin: Client, viewer: Client, workflow: Workflow
) -> None:
    assert admin.get(page("restore", workflow, number=1)).status_code == 405
    assert viewer.post(page("restore", workflow, number=1), {"revision": workflow.revision}).status_code == 403
    html = shown(viewer, page("version", workflow, number=1))
    assert "Restore version 1</button>" not in html
    assert Workflow.objects.get(pk=workflow.pk).revision == workflow.revision


def test_other_accounts_versions_are_not_there(admin: Client, beta: World, workflow: Workflow) -> None:
    theirs = beta.workflow("Theirs")
    for url in (page("versions", theirs), page("version", theirs, number=1), page("publish", theirs)):
        assert "There is no such workflow" in admin.get(url, follow=True).content.decode()
    assert admin.post(page("restore", theirs, number=1), {"revision": 1}).status_code == 302
    assert "There is no version 99" in admin.get(page("version", workflow, number=99), follow=True).content.decode()
    gone = reverse("studio:versions", args=[uuid.uuid4()])
    assert admin.get(gone).status_code == 302


def test_secrets_are_masked(admin: Client, alpha: World) -> None:
    def call(token: str) -> dict[str, Any]:
        return {"type": "webhook", "url": "https://crm.example/x", "headers": {"Authorization": f"Bearer {token}"}}

    workflow = alpha.workflow("Deals", actions=[call("one-never-seen")])
    publish_as(alpha, workflow, rule(100000, call("two-never-seen")))
    save(alpha, workflow, rule(100000, call("three-never-seen")))
    for url in (page("versions", workflow), page("version", workflow, number=1), page("publish", workflow)):
        assert "never-seen" not in shown(admin, url)
    assert "Headers › Authorization: changed" in shown(admin, page("versions", workflow))


def test_never_published(admin: Client, alpha: World) -> None:
    workflow = alpha.workflow("Deals", live=False)
    html = shown(admin, page("versions", workflow))
    assert "No version yet" in html
    assert page("publish", workflow) in html
