"""A real history: workflows that are published, paused and resumed at set times, and events routed between them."""

import datetime
from typing import Any

from django.utils import timezone

from opsflows.accounts.models import PlatformAccount
from opsflows.events.emit import emit
from opsflows.events.models import Event
from opsflows.events.route import route
from opsflows.studio.explain.event import explain_event
from opsflows.studio.explain.verdict import Verdict
from opsflows.workflows.models import Workflow
from opsflows.workflows.publish import publish
from opsflows.workflows.rule_form import to_graph
from opsflows.workflows.save_draft import create_workflow, update_draft

EVENT = "deal.won"


class Scene:
    """One account, and a clock that each deed moves on by a minute."""

    def __init__(self, account: PlatformAccount, actor: Any) -> None:
        self.account = account
        self.actor = actor
        self.now = timezone.now() - datetime.timedelta(days=1)

    def tick(self, minutes: int = 1) -> datetime.datetime:
        self.now += datetime.timedelta(minutes=minutes)
        return self.now

    def workflow(
        self, name: str, conditions: Any = None, *, live: bool = True, trigger: str = EVENT, **settings: Any
    ) -> Workflow:
        workflow = create_workflow(
            actor=self.actor, name=name, workflow_data=graph(conditions, trigger), settings=settings
        )
        return self.publish(workflow) if live else workflow

    def redraft(self, workflow: Workflow, conditions: Any, *, trigger: str = EVENT) -> Workflow:
        workflow.refresh_from_db()
        return update_draft(
            actor=self.actor, workflow=workflow, revision=workflow.revision, workflow_data=graph(conditions, trigger)
        )

    def publish(self, workflow: Workflow) -> Workflow:
        publish(actor=self.actor, workflow=workflow, now=self.tick())
        return workflow

    def event(self, data: Any = None, *, name: str = EVENT, routed: bool = True, **more: Any) -> Event:
        event_id = emit(
            account_id=self.account.pk, name=name, data={} if data is None else data, now=self.tick(), **more
        )
        if routed:
            route(now=self.now)
        return Event.objects.get(pk=event_id)

    def verdicts(self, event: Event, **more: Any) -> dict[str, Verdict]:
        explanation = explain_event(account_id=self.account.pk, event=event, now=self.now, **more)
        return {verdict.name: verdict for verdict in explanation.verdicts}

    def verdict(self, event: Event) -> Verdict:
        """Of the only workflow there is."""
        (verdict,) = self.verdicts(event).values()
        return verdict


def graph(conditions: Any, trigger: str = EVENT) -> dict[str, Any]:
    rule = {"trigger": trigger, "actions": [{"type": "create_task", "title": "Call"}]}
    return to_graph({**rule, "conditions": {"rules": conditions}} if conditions else rule)


def over(value: int) -> list[dict[str, Any]]:
    return [{"field": "value", "operator": "greater_than", "value": value}]
