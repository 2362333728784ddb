"""Events and runs as they would stand in the database had they happened at a certain time."""

import random
import uuid
from datetime import datetime, timedelta
from typing import Any

from opsflows.accounts.actor import system_actor
from opsflows.accounts.models import PlatformAccount
from opsflows.events.models import Event, EventPayload, Rejection, Source
from opsflows.queue.enqueue_job import enqueue_job
from opsflows.queue.ids import first_id
from opsflows.queue.models import Job
from opsflows.queue.run_jobs import run_one_job
from opsflows.runs.models import Execution, QueueItem
from opsflows.workflows.models import Workflow
from opsflows.workflows.publish import publish
from opsflows.workflows.rule_form import to_graph
from opsflows.workflows.save_draft import create_workflow


def id_at(moment: datetime) -> uuid.UUID:
    """An id as it would have been made at `moment`."""
    return uuid.UUID(int=first_id(moment).int | random.getrandbits(62))


class Past:
    """What happened to one account."""

    def __init__(self, account: PlatformAccount) -> None:
        self.account = account
        self._workflows: dict[str, Workflow] = {}

    def workflow(self, name: str = "Rule") -> Workflow:
        if name not in self._workflows:
            actor = system_actor(self.account.pk)
            actions = [
                {"type": "set", "id": "a0", "values": {"fee": 1}},
                {"type": "create_task", "id": "a1", "title": "Call"},
            ]
            rule = {"name": name, "trigger": "deal.won", "actions": actions}
            made = create_workflow(actor=actor, name=name, workflow_data=to_graph(rule))
            publish(actor=actor, workflow=made, now=made.created_at)
            self._workflows[name] = made
        return self._workflows[name]

    def event(self, at: datetime, **fields: Any) -> Event:
        values = {"name": "deal.won", "door": "api", "occurred_at": at, "received_at": at, "routed_at": at} | fields
        event = Event.objects.create(id=id_at(at), account=self.account, **values)
        EventPayload.objects.create(event=event, data={"value": 1})
        return event

    def run(
        self,
        at: datetime,
        *,
        status: str = "completed",
        took: timedelta = timedelta(seconds=2),
        event: Event | None = None,
        workflow: str = "Rule",
        **fields: Any,
    ) -> Execution:
        """A run that started `at`; one that is not over has a row in the queue."""
        of = self.workflow(workflow)
        is_over = status in Execution.TERMINAL
        run = Execution.objects.create(
            id=id_at(at),
            account=self.account,
            workflow=of,
            version_id=of.published_version_id,
            event=event,
            execution_status=status,
            started_at=at,
            completed_at=at + took if is_over else None,
            execution_time_ms=int(took.total_seconds() * 1000) if is_over else None,
            **fields,
        )
        if not is_over:
            QueueItem.objects.create(
                account=self.account,
                workflow=of,
                execution=run,
                status={"needs_attention": "held", "running": "queued"}.get(status, "waiting"),
                scheduled_at=at + timedelta(days=400),
                node_id="a1",
                entered_at=at,
                created_at=at,
            )
        return run

    def rejections(self, hour: datetime, count: int, *, reason: str = "bad_signature") -> Rejection:
        source, _ = Source.objects.get_or_create(account=self.account, name="In", connector="stripe")
        return Rejection.objects.create(source=source, reason=reason, hour=hour, count=count, last_at=hour)


def do(kind: str, now: datetime, *, account: PlatformAccount | None = None, **params: Any) -> Job:
    """Ask for a job and do it."""
    key = f"{kind}:{account}:{now.isoformat()}:{uuid.uuid4()}"
    job = enqueue_job(kind=kind, key=key, now=now, account_id=account.pk if account else None, params=params)
    while run_one_job(holder="test", now=now):
        pass
    job.refresh_from_db()
    assert job.status == "completed", job.error_message
    return job
