"""The picture on a run's page: its own version, coloured by what happened, and what it costs."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from opsflows.runs.models import Branch, Step
from opsflows.workflows.models import WorkflowVersion
from tests.admin.addresses import page
from tests.admin.test_run_branches import a_list, a_run, fork_of, items
from tests.admin.world import World

pytestmark = pytest.mark.django_db


def looks(html: str) -> dict[str, str]:
    """Of each step in the picture what became of it."""
    boxes = re.findall(r'<g class="([^"]*)" data-node="([^"]*)"', html)
    return {node: "".join(re.findall(r"studio-seen ops-\w+ studio-(\w+)", tones)) for tones, node in boxes}


def test_steps_are_coloured_by_what_happened(admin: Client, alpha: World) -> None:
    run = alpha.run(alpha.workflow("Deals"), alpha.event(), status="failed", steps=0)
    alpha.step(run, "conditions", handle="true", step_config={"kind": "condition"})
    alpha.step(run, "a1", step_status="failed", error_message="No answer")
    html = admin.get(page(run)).content.decode()
    assert looks(html) == {"trigger": "done", "conditions": "done", "a1": "failed", "a2": "skipped"}
    assert re.findall(r'<a href="(#step-\w+)" aria-label', html) == ["#step-conditions", "#step-a1"]
    assert "opsflows/studio_picture.css" in html


def test_a_run_that_goes_on_says_nothing_yet_of_what_comes(admin: Client, alpha: World) -> None:
    run = alpha.run(alpha.workflow("Deals"), alpha.event(), steps=0)
    alpha.step(run, "a1", step_status="waiting", completed_at=None)
    assert looks(admin.get(page(run)).content.decode()) | {"conditions": ""} == {
        "trigger": "done", "conditions": "", "a1": "waiting", "a2": "",
    }  # fmt: skip


def test_the_picture_is_of_the_version_that_ran(admin: Client, alpha: World) -> None:
    workflow = alpha.workflow("Deals")
    run = alpha.run(workflow, alpha.event(), status="completed", steps=0)
    type(workflow).objects.filter(pk=workflow.pk).update(workflow_data={"nodes": [], "edges": []})
    assert set(looks(admin.get(page(run)).content.decode())) == {"trigger", "conditions", "a1", "a2"}


def test_a_version_that_cannot_be_read_still_opens(admin: Client, alpha: World) -> None:
    run = alpha.run(alpha.workflow("Deals"), alpha.event(), status="completed", steps=0)
    WorkflowVersion.objects.filter(pk=run.version_id).update(workflow_data={"nodes": [{"id": 7}], "edges": "x"})
    answer = admin.get(page(run))
    assert answer.status_code == 200
    assert "nothing to draw" in answer.content.decode()


def test_steps_inside_of_a_list_lead_to_the_list(admin: Client, alpha: World) -> None:
    run, fork = a_list(alpha)
    items(fork, failed=3, done=4)
    html = admin.get(page(run)).content.decode()
    assert looks(html)["list"] == "waiting"
    assert looks(html)["call"] == ""
    assert '<a href="#step-list" aria-label="call' in html or html.count('<a href="#step-list" aria-label') == 2


def test_branches_side_by_side_have_their_own_colours(admin: Client, alpha: World) -> None:
    run = a_run(
        alpha,
        "both.x -> one",
        "both.y -> two",
        both={"type": "parallel", "branches": [{"name": "x"}, {"name": "y"}]},
        one={"type": "set", "values": {"x": 1}},
        two={"type": "set", "values": {"x": 1}},
    )
    alpha.step(run, "both", step_status="waiting", completed_at=None, step_config={"kind": "parallel"})

    fork = fork_of(run, "both", 2, launched=2)
    for position, handle in enumerate("xy"):
        Branch.objects.create(fork=fork, position=position, handle=handle, status="running")
    alpha.step(run, "one", step_config={"kind": "set"})
    found = looks(admin.get(page(run)).content.decode())
    assert (found["both"], found["one"], found["two"]) == ("waiting", "done", "")


def _queries(admin: Client, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as seen:
        admin.get(address)
    return len(seen)


def test_however_many_items_a_list_had_it_costs_the_same(admin: Client, alpha: World) -> None:
    run, fork = a_list(alpha)
    items(fork, failed=1)
    admin.get(page(run))
    few = _queries(admin, page(run))
    items(fork, failed=0, done=40, start=100)
    Step.objects.bulk_create(
        Step(execution=run, step_id="call", iteration=f"{number}", step_status="completed", started_at=timezone.now())
        for number in range(400)
    )
    assert _queries(admin, page(run)) == few
