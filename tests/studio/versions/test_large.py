"""Definitions of hundreds of steps, written anew from end to end: what is shown has an end, and says so."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from opsflows.workflows.models import WorkflowVersion
from opsflows.workflows.rule_form import to_graph
from opsflows.workflows.wording import paired_steps as pairing
from opsflows.workflows.wording.differences import differences
from tests.admin.world import World
from tests.studio.versions.test_versions import page, shown

STEPS = 400


def flow(tag: str, first: int = 0) -> dict[str, Any]:
    body = f"{tag} body. " * 100
    mails = [
        {"id": f"s{first + n}", "type": "email", "to": f"{tag}{n}@x.example", "subject": f"{tag} {n}", "body": body}
        for n in range(STEPS)
    ]
    return to_graph({"trigger": "alpha.happened", "actions": mails})


@pytest.mark.django_db
def test_a_rewrite_is_shown_in_part(admin: Client, alpha: World) -> None:
    workflow = alpha.workflow("Deals")
    # Written at once: publishing asks much of each of them, and this is about reading.
    for number, tag in enumerate(("old", "new"), 2):
        made = WorkflowVersion(workflow=workflow, number=number, workflow_data=flow(tag), created_at=timezone.now())
        made.trigger_event, made.content_hash = "alpha.happened", f"{number:064}"
        made.save(force_insert=True)
    listed = shown(admin, page("versions", workflow))
    assert listed.count('<li class="studio-changed"') == 25
    assert "and 1,175 further ones" in listed
    assert f'<a class="ops-link" href="{page("version", workflow, number=3)}">see more of them</a>' in listed
    one = shown(admin, page("version", workflow, number=3))
    assert "and 995 further ones, not listed here" in one
    assert len(listed) < 400_000


def test_steps_by_other_names_are_held_against_those_around(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, alike = [], pairing._alike
    monkeypatch.setattr(pairing, "_alike", lambda *some: asked.append(1) or alike(*some))
    renamed = flow("old", first=1000)
    for node in renamed["nodes"]:
        if node["data"].get("kind") == "email":
            node["data"]["config"]["body"] = "another"
    found = differences(flow("old"), {}, renamed, {})
    assert len(asked) <= STEPS * 81
    assert {each.kind for each in found} == {"changed"}
    assert len(found) == STEPS
