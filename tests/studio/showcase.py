"""An account as people have it after some weeks, and every page of the studio about it, by name."""

from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from opsflows.events.models import Event, EventPayload, EventType
from opsflows.queue.run_jobs import run_one_job
from opsflows.runs.models import Execution
from opsflows.studio.backtest.ask import ask_backtest
from opsflows.studio.drafts.start import start_draft
from opsflows.studio.gallery.use_flow import use_flow
from opsflows.studio.models import Backtest
from opsflows.studio.views.frame import address
from opsflows.workflows.models import Workflow
from opsflows.workflows.publish import publish
from opsflows.workflows.rule_form import to_graph
from opsflows.workflows.save_draft import create_workflow, update_draft
from opsflows.workflows.set_tags import set_tags
from tests.admin.addresses import act, listing, page
from tests.admin.test_trace import EXPLANATION
from tests.admin.world import World, person
from tests.studio.backtest.conftest import came_in, leaf

SLACK = {
    "type": "slack",
    "channel": "#sales-wins",
    "message": "Big win! {{customer.name}}: {{value | format_currency}}",
}
MAIL = {"type": "email", "to": ["lead@acme.example"], "subject": "{{customer.name}} signed", "body": "{{value}}"}
STAGE = {"type": "update_record", "recordType": "deal", "recordKey": "{{id}}", "data": {"stage": "won"}}
AGAIN = {"type": "emit_event", "event": "deal.won", "payload": {"value": "{{value}}"}}
_CUSTOMERS = ("Northwind Traders", "Globex", "Initech", "Umbrella Health", "Hooli", "Vandelay Industries")


def rule(over: int, *actions: dict[str, Any], region: str = "EMEA") -> dict[str, Any]:
    rules = [leaf("value", "greater_than", over), leaf("region", "equals", region)]
    chosen = list(actions) or [SLACK, MAIL]
    return to_graph({"trigger": "deal.won", "conditions": {"logic": "AND", "rules": rules}, "actions": chosen})


class Showcase:
    """Alpha with some workflows, two weeks of events, a backtest and runs; beta with nothing at all."""

    def __init__(self, alpha: World, beta: World) -> None:
        self.alpha, self.beta, self.now = alpha, beta, timezone.now()
        self.actor = alpha.actor
        EventType.objects.create(account=alpha.account, event_name="deal.won", description="A deal was signed.")
        self.events = [self._event(number) for number in range(36)]
        self.deals = self._deals()
        self.branches = self._from_gallery("lead-alert-by-priority")
        self.list = self._from_gallery("enrich-all-contacts-100-a-minute")
        self.broken = self._broken()
        self.careful = self._careful()
        self.blank = self._made("Untitled", start_draft())
        self.backtest = self._backtest()
        self.caught = [each for each in self.events if self._fires(each)]
        self.runs = [self._run(status) for status in ("failed", "waiting")]

    def pages(self) -> dict[str, str]:
        """Of alpha: the address of each page."""
        event, deals, broken, careful = self.events[0], self.deals, self.broken, self.careful
        why = address("why-not", deals)
        every = {
            "list": listing(Workflow),
            "list-searched": f"{listing(Workflow)}?q=slack+big",
            "new": reverse("studio:new"),
            "overview": page(deals),
            "edit": address("edit", deals),
            "edit-branches": address("edit", self.branches),
            "edit-broken": address("edit", broken),
            "trigger": address("trigger", deals),
            "conditions": address("conditions", deals),
            "step-slack": address("step", deals, node_id="a1"),
            "step-list": address("step", self.list, node_id="each_contact"),
            "step-broken": address("step", broken, node_id="a1"),
            "add": f"{address('add', deals)}?after=a1&handle=done",
            "delete": address("delete", self.branches, node_id="route"),
            "settings": address("settings", deals),
            "versions": address("versions", deals),
            "publish": address("publish", deals),
            "publish-four-eyes": address("publish", careful),
            "publish-broken": address("publish", broken),
            "try": act(deals, "try"),
            "backtests": address("backtest", deals),
            "backtest-event": address("backtest-event", deals, backtest_id=self.backtest.pk, event_id=self.newest),
            "explain": reverse("studio:explain-event", args=[event.pk]),
            "why-not": why,
            "why-not-customer": f"{why}?field=customer.name&value=Globex",
            "why-not-wrong": f"{why}?event=abc&field=a..b",
            "gallery": f"{reverse('studio:gallery')}?q=lead",
            "exchange": reverse("studio:exchange"),
            "event": page(event),
            "events": listing(Event),
        }
        names = ("edit", "versions", "publish", "backtest", "why-not")
        blank = {f"blank-{name}": address(name, self.blank) for name in names}
        blank |= {"blank-overview": page(self.blank), "blank-try": act(self.blank, "try")}
        return every | {f"run-{run.execution_status}": page(run) for run in self.runs} | blank

    def empty_pages(self) -> dict[str, str]:
        """Of beta, which has nothing."""
        return {
            "empty-list": listing(Workflow),
            "empty-gallery": f"{reverse('studio:gallery')}?q=slack",
            "empty-exchange": reverse("studio:exchange"),
            "empty-events": listing(Event),
            "empty-runs": listing(Execution),
        }

    @property
    def newest(self) -> Any:
        return self.backtest.found.order_by("-event_id").values_list("event_id", flat=True)[0]

    def _event(self, number: int) -> Event:
        customer = _CUSTOMERS[number % len(_CUSTOMERS)]
        data = {
            "id": f"D-{number:03}",
            "value": 20_000 + 9_700 * (number * 7 % 20),
            "currency": "EUR",
            "region": "EMEA" if number % 3 else "AMER",
            "customer": {"name": customer, "email": f"{customer.split()[0].lower()}@example.com"},
            "contacts": [{"name": "Ada"}, {"name": "Grace"}],
        }
        return came_in(self.alpha.account, data, self.now - timedelta(hours=9 * number, minutes=5), name="deal.won")

    def _fires(self, event: Event) -> bool:
        data = EventPayload.objects.get(event=event).data
        return bool(data["value"] > 120_000 and data["region"] == "EMEA")

    def _save(self, workflow: Workflow, data: dict[str, Any]) -> None:
        update_draft(actor=self.actor, workflow=workflow, revision=workflow.revision, workflow_data=data)
        workflow.refresh_from_db()

    def _made(self, name: str, data: dict[str, Any], *tags: str, live: bool = False) -> Workflow:
        workflow = create_workflow(actor=self.actor, name=name, workflow_data=data)
        if tags:
            set_tags(actor=self.actor, workflow=workflow, tags=tags, now=self.now)
        if live:
            publish(actor=self.actor, workflow=workflow, now=self.now - timedelta(days=20))
        return workflow

    def _deals(self) -> Workflow:
        self._made("Mark lost deals", rule(5_000, STAGE | {"data": {"stage": "lost"}}), "deals", live=True)
        deals = self._made("High-value deal alert", rule(150_000), "deals", "alert", live=True)
        self._save(deals, rule(120_000))
        publish(actor=self.actor, workflow=deals, note="Lower, for the last quarter", now=self.now - timedelta(days=9))
        self._save(deals, rule(90_000, SLACK | {"channel": "#deals"}, MAIL, STAGE, AGAIN))
        return deals

    def _from_gallery(self, slug: str) -> Workflow:
        return use_flow(actor=self.actor, slug=slug, now=self.now)

    def _broken(self) -> Workflow:
        faulty = rule(
            1_000, {"type": "email", "to": [], "subject": "", "body": ""}, {"type": "webhook", "url": "ftp:x"}
        )
        return self._made("Half finished", faulty)

    def _careful(self) -> Workflow:
        careful = self._made("Refund customers", rule(10), live=True)
        update_draft(
            actor=self.actor, workflow=careful, revision=careful.revision, workflow_data=rule(20),
            settings={"fourEyes": True},
        )  # fmt: skip
        person(self.alpha.account, "grace", "admin")
        careful.refresh_from_db()
        return careful

    def _backtest(self) -> Backtest:
        asked = ask_backtest(
            actor=self.actor,
            workflow=self.deals,
            since=self.now - timedelta(days=14),
            until=self.now,
            now=self.now,
        )
        while run_one_job(holder="here", now=self.now):
            pass
        asked.refresh_from_db()
        return asked

    def _run(self, status: str) -> Execution:
        number = ("failed", "waiting").index(status)
        run = self.alpha.run(self.deals, self.caught[number], status=status, steps=0)
        answer = {"result": True, "explanation": EXPLANATION}
        self.alpha.step(run, "conditions", handle="true", output_data=answer, step_config={"kind": "condition"})
        if status == "failed":
            Execution.objects.filter(pk=run.pk).update(error_message="The mail server refused the connection.")
        sent = {"channel": "#sales-wins", "message": "Big win! Globex: €127,000.00"}
        self.alpha.step(run, "a1", input_data=sent, output_data={"ts": "17.1"}, step_config={"kind": "slack"})
        if status == "failed":
            self.alpha.step(
                run, "a2", step_status="failed", error_message="The mail server refused the connection.",
                step_config={"kind": "email"},
            )  # fmt: skip
        return run
