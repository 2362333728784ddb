"""Trying a workflow step by step: nothing is written or sent, everything works by plain forms."""

import json
import re
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from opsflows.events.models import EventPayload, EventType
from opsflows.workflows.kinds import DatabaseKind, OutsideKind
from opsflows.workflows.models import Workflow
from opsflows.workflows.read_graph import read_graph
from opsflows.workflows.registry import all_kinds
from opsflows.workflows.save_draft import create_workflow
from tests.admin.addresses import page
from tests.admin.conftest import signed_in
from tests.admin.test_every_page import state
from tests.admin.world import World
from tests.runs.graphs import graph

pytestmark = pytest.mark.django_db

STEPS: dict[str, Any] = {
    "check": {"type": "condition", "conditions": {"field": "amount", "operator": "greater_than", "value": 100}},
    "ask": {"type": "webhook", "label": "Ask the CRM", "url": "https://crm.example/{{customer.id}}"},
    "list": {"type": "foreach", "label": "Contacts", "items": "{{contacts}}", "item": "contact"},
    "tell": {
        "type": "notify",
        "label": "Tell",
        "to": ["alpha-admin"],
        "title": "{{contact.name}}: {{steps.ask.output.body.score}}",
    },
    "note": {"type": "set", "label": "Note", "values": {"score": "{{steps.ask.output.body.score}}"}},
}
EDGES = ("check.true -> ask", "ask -> list", "list.each -> tell", "list -> note")


@pytest.fixture(autouse=True)
def _no_doors(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("a trial did something")

    for kind in all_kinds().values():
        if isinstance(kind, DatabaseKind):
            monkeypatch.setattr(type(kind), "apply", never)
        if isinstance(kind, OutsideKind):
            monkeypatch.setattr(type(kind), "call", never)


@pytest.fixture
def flow(alpha: World) -> Workflow:
    data = graph(*EDGES, event="alpha.happened", **STEPS)
    return create_workflow(actor=alpha.actor, name="Flow", workflow_data=data)


def carrying(alpha: World, **data: Any) -> str:
    event = alpha.event()
    EventPayload.objects.filter(event=event).update(data=data)
    return str(event.pk)


class Page:
    """The page, and its form as a browser without JavaScript would send it."""

    def __init__(self, client: Client, workflow: Workflow) -> None:
        self.client = client
        self.url = reverse("admin:workflows_workflow_try", args=[workflow.pk])
        self.answer = client.get(self.url)

    @property
    def html(self) -> str:
        return self.answer.content.decode()

    def form(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for tag in re.findall(r"<input[^>]*>", self.html):
            attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
            if "name" in attributes:
                found.setdefault(attributes["name"], []).append(unescape(attributes.get("value", "")))
        for name, options in re.findall(r'<select name="([^"]+)"[^>]*>(.*?)</select>', self.html, re.DOTALL):
            found[name] = [unescape(re.findall(r'value="([^"]*)" selected', options)[0])]
        return found

    def press(self, **fields: Any) -> "Page":
        """Press a button (`do`, `to`, `pin`, …), with some fields changed."""
        self.answer = self.client.post(self.url, {**self.form(), **fields})
        assert self.answer.status_code == 200
        return self

    def row(self, name: str, value: str, prefix: str = "data") -> dict[str, list[str]]:
        """The form's rows with one changed, or added."""
        form = self.form()
        rows = dict(zip(form[f"{prefix}-name"], form[f"{prefix}-value"], strict=True)) | {name: value}
        rows.pop("", None)
        return {f"{prefix}-name": list(rows), f"{prefix}-value": list(rows.values())}

    def gone(self) -> list[str]:
        """The steps that are shown, in their order."""
        return re.findall(r'id="step-([\w-]+)"', self.html)


@pytest.fixture
def trial(admin: Client, alpha: World, flow: Workflow) -> Page:
    carrying(
        alpha,
        amount=500,
        customer={"id": "c1"},
        contacts=[{"name": f"Person {number}"} for number in range(5)],
    )
    return Page(admin, flow)


def test_the_workflow_s_page_leads_here(admin: Client, flow: Workflow) -> None:
    html = admin.get(page(flow)).content.decode()
    assert reverse("admin:workflows_workflow_try", args=[flow.pk]) in html


def test_one_step_after_the_other(trial: Page) -> None:
    assert trial.gone() == []
    assert "Next: <strong>Check a condition</strong>" in trial.html
    trial.press(do="next")
    assert trial.gone() == ["check"]
    assert "amount is greater than 100: yes, it is 500." in trial.html
    trial.press(do="next")
    assert trial.gone() == ["check", "ask"]
    assert "https://crm.example/c1" in trial.html
    trial.press(do="next").press(do="next")
    assert trial.gone() == ["check", "ask", "list", "tell-0"]
    assert "Next: <strong>Tell (item 2)</strong>" in trial.html
    trial.press(do="end")
    assert trial.gone() == ["check", "ask", "list", "tell-0", "tell-1", "tell-2", "note"]
    assert "Would be done" in trial.html
    trial.press(do="start")
    assert trial.gone() == []


def test_run_to_here(trial: Page) -> None:
    trial.press(to="list")
    assert trial.gone() == ["check", "ask", "list"]
    # What came of its items is not told before they were gone.
    assert "Output" not in trial.html
    trial.press(to="gone")
    assert "does not come to that step" in trial.html


def test_would_be_messages_are_shown_rendered(trial: Page) -> None:
    trial.press(do="end")
    assert "<strong>Person 0:" in trial.html
    assert "steps.ask.output.body.score is what “Ask the CRM” answers when it is really run" in trial.html


def test_other_values(trial: Page) -> None:
    trial.press(do="end", **trial.row("amount", "5"))
    assert "amount is greater than 100: no, it is 5." in trial.html
    assert "starts no run" in trial.html
    # They stay while one goes on, and so does the rest of the event.
    trial.press(do="start").press(do="next")
    assert "it is 5." in trial.html
    trial.press(do="end", **trial.row("amount", "700"))
    assert "tell-2" in trial.gone()


def test_another_event_brings_its_own_values(alpha: World, trial: Page, flow: Workflow) -> None:
    other = carrying(alpha, amount=1)
    Page(trial.client, flow)
    trial.press(do="end", event=other)
    assert "it is 1." in trial.html
    assert "customer.id" not in trial.form()["data-name"]


def test_a_sample_where_there_is_no_event(admin: Client, alpha: World, flow: Workflow) -> None:
    schema = {"type": "object", "properties": {"amount": {"type": "number", "examples": [950]}}}
    EventType.objects.create(account=alpha.account, event_name="alpha.happened", payload_schema=schema)
    trial = Page(admin, flow)
    form = trial.form()
    assert form["event"] == ["sample"]
    rows = dict(zip(form["data-name"], form["data-value"], strict=True))
    assert (rows["amount"], rows["customer.id"]) == ("950", "id")
    trial.press(do="next")
    assert "yes, it is 950." in trial.html


def test_an_answer_is_pinned_and_taken_away(trial: Page, flow: Workflow) -> None:
    trial.press(do="end").press(pin="ask")
    # What later steps read of it stands there to be filled in.
    assert "output.body.score" in trial.form()["pin-name"]
    trial.press(**{"save-pin": "ask"}, **trial.row("output.body.score", "80", "pin"))
    flow.refresh_from_db()
    pinned = read_graph(flow.workflow_data).by_id["ask"].pinned
    assert pinned == {"output": {"body": {"score": 80}}, "handle": "done"}
    assert "<strong>Person 0: 80</strong>" in trial.html
    assert trial.gone()[-1] == "note"
    trial.press(unpin="ask")
    flow.refresh_from_db()
    assert read_graph(flow.workflow_data).by_id["ask"].pinned is None
    assert "<strong>Person 0: 80</strong>" not in trial.html


def test_an_answer_of_a_run_in_earnest(admin: Client, alpha: World, flow: Workflow) -> None:
    from django.utils import timezone

    from opsflows.workflows.publish import publish

    publish(actor=alpha.actor, workflow=flow, now=timezone.now())
    flow.refresh_from_db()
    run = alpha.run(flow, alpha.event(), status="completed", steps=0)
    alpha.step(run, "ask", handle="done", output_data={"status": 200, "body": {"score": 12}, "token": "hush"})
    trial = Page(admin, flow).press(pin="ask")
    form = trial.form()
    rows = dict(zip(form["pin-name"], form["pin-value"], strict=True))
    assert (rows["output.body.score"], rows["output.token"]) == ("12", "••••")
    trial.press(**{"save-pin": "ask"})
    flow.refresh_from_db()
    pinned = read_graph(flow.workflow_data).by_id["ask"].pinned
    assert pinned is not None
    assert pinned["output"] == {"status": 200, "body": {"score": 12}, "token": "••••"}


def test_the_rows_of_one_step_are_not_taken_for_another(trial: Page) -> None:
    trial.press(do="end").press(pin="note")
    first = trial.form()["pin-name"]
    trial.press(pin="ask")
    assert trial.form()["pin-name"] != first
    # Going on closes it.
    trial.press(do="next")
    assert "pin-name" not in trial.form()


def test_trying_changes_nothing(trial: Page) -> None:
    before = state()
    trial.press(do="next").press(do="end").press(pin="ask").press(to="tell")
    assert state() == before


def test_who_may_only_look_tries_and_pins_nothing(viewer: Client, alpha: World, flow: Workflow) -> None:
    carrying(alpha, amount=500)
    trial = Page(viewer, flow).press(do="end")
    assert "ask" in trial.gone()
    assert "Pin an answer" not in trial.html
    before = state()
    trial.press(pin="ask")
    assert "pin-name" not in trial.form()
    trial.press(**{"save-pin": "ask", "pin-source": "empty", "pin-handle": "done"})
    trial.press(unpin="ask")
    assert state() == before


def test_another_account_s_workflow_is_not_tried(beta: World, flow: Workflow) -> None:
    url = reverse("admin:workflows_workflow_try", args=[flow.pk])
    client = signed_in(beta.admin)
    assert client.get(url).status_code == 302
    assert client.post(url, {"save-pin": "ask"}).status_code == 302
    assert Client().get(url).status_code == 302


def test_another_account_s_event_is_not_taken(admin: Client, beta: World, flow: Workflow) -> None:
    event = beta.event(name="alpha.happened")
    answer = admin.get(reverse("admin:workflows_workflow_try", args=[flow.pk]), {"event": str(event.pk)})
    assert "beta" not in answer.content.decode()


@pytest.mark.parametrize(
    "fields",
    [
        {"at": "nonsense"},
        {"at": "9999-12-31T23:59:59"},
        {"at": "0001-01-01T00:00:00+00:00"},
        {"seed": "x"},
        {"shown": "-1"},
        {"shown": "99999"},
        {"do": "x", "to": "\x00", "pin": "\x00", "event": "\x00"},
        {"pin": "trigger"},
        {"save-pin": "gone"},
        {"unpin": "gone"},
        {"data-name": ["a", "a", "", " b "], "data-value": ["1", "2", "3"]},
    ],
)
def test_whatever_is_sent_there_is_a_page(trial: Page, fields: dict[str, Any]) -> None:
    trial.press(**fields)


def test_a_draft_that_cannot_be_tried_says_why(admin: Client, alpha: World) -> None:
    data = graph(event="alpha.happened", tell={"type": "slack"})
    workflow = create_workflow(actor=alpha.actor, name="Flow", workflow_data=data)
    empty = create_workflow(actor=alpha.actor, name="Empty", workflow_data={})
    assert "cannot be tried as it is" in Page(admin, workflow).html
    assert "cannot be tried as it is" in Page(admin, empty).html


def test_the_page_costs_the_same_with_more_events_and_items(trial: Page, alpha: World) -> None:
    from django.test.utils import CaptureQueriesContext

    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            trial.press(do="end", pin="ask")
        return len(asked)

    before = cost()
    for _ in range(15):
        carrying(alpha, amount=500, contacts=[{"name": json.dumps(number)} for number in range(300)])
    assert cost() == before
