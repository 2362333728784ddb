"""Rows of every kind that the admin shows, all bearing one mark, for one account."""

import datetime
import uuid
from typing import Any

from django.utils import timezone

from opsflows.accounts.actor import system_actor
from opsflows.accounts.calendar_state import NamedDay
from opsflows.accounts.change_calendar import create_calendar
from opsflows.accounts.create_user import create_user
from opsflows.accounts.issue_key import issue_key
from opsflows.accounts.models import PlatformAccount, Recipient, Team, TeamMember, User
from opsflows.databases.models import Database, Statement
from opsflows.events.models import (
    Event,
    EventPayload,
    EventRepeat,
    EventType,
    Rejection,
    RoutingFailure,
    Source,
    SourceSecret,
)
from opsflows.lookups.save_list import create_list
from opsflows.lookups.save_segment import create_segment
from opsflows.lookups.save_table import create_table
from opsflows.lookups.table_content import Column
from opsflows.messages.models import MessageTemplate
from opsflows.messages.notify import notify
from opsflows.queue.ids import new_id
from opsflows.queue.models import Job
from opsflows.records.models import Activity, Record, Tag, Task
from opsflows.runs.batches.prepare import prepare_csv
from opsflows.runs.models import Execution, QueueItem, Step, Variable
from opsflows.runs.states.correct import keep_value
from opsflows.schedules.create_schedule import create_schedule
from opsflows.schedules.fire_now import fire_now
from opsflows.studio.models import Backtest, BacktestEvent
from opsflows.upkeep.models import RetentionPolicy, SummaryChoice
from opsflows.workflows.models import Workflow
from opsflows.workflows.publish import publish
from opsflows.workflows.rule_form import to_graph
from opsflows.workflows.save_draft import create_workflow
from tests.approvals.admin.rows import add_approvals

PASSWORD = "a-long-enough-password"
SECRET = "whsec_never_to_be_seen"
BEARER = "Bearer never-to-be-seen"


def account(mark: str) -> PlatformAccount:
    return PlatformAccount.objects.create(slug=mark, name=f"Account {mark}", timezone="Europe/Berlin")


def person(where: PlatformAccount, name: str, role: str) -> User:
    return create_user(
        actor=system_actor(where.pk),
        account=where,
        username=name,
        password=PASSWORD,
        email=f"{name}@example.com",
        role=role,
        now=timezone.now(),
    )


class World:
    """What there is of one account; `add(n)` makes n more of everything."""

    def __init__(self, mark: str) -> None:
        self.mark = mark
        self.account = account(mark)
        self.actor = system_actor(self.account.pk)
        self.admin = person(self.account, f"{mark}-admin", "admin")
        self.made = 0

    def add(self, count: int) -> "World":
        for _ in range(count):
            self.made += 1
            self._one(f"{self.mark}-{self.made}")
        return self

    def _one(self, name: str) -> None:
        now = timezone.now()
        source = Source.objects.create(account=self.account, name=name, connector="stripe")
        SourceSecret.objects.create(source=source, value=SECRET)
        Rejection.objects.create(
            source=source,
            reason="bad_signature",
            hour=now.replace(minute=0, second=0, microsecond=0),
            count=3,
            last_at=now,
            last_detail=f"detail {name}",
        )
        EventType.objects.create(account=self.account, event_name=f"{self.mark}.e{self.made}")
        event = self.event(source=source)
        EventRepeat.objects.create(event=event, count=1, last_at=now)
        RoutingFailure.objects.create(event=event, consumer=f"consumer-{name}", error="KeyError", failed_at=now)
        workflow = self.workflow(name)
        run = self.run(workflow, event)
        self._record(name, run)
        self._batch(name, workflow)
        self._backtest(workflow, event)
        issue_key(actor=self.actor, account=self.account, user=self.admin, name=f"key {name}", now=now)
        self._schedule(name, workflow)
        self._team(name, person(self.account, name, "viewer"))
        MessageTemplate.objects.create(account=self.account, name=f"text-{name}", subject=name, body=f"About {name}")
        people = User.objects.filter(memberships__account=self.account, memberships__role="admin")
        notify(account_id=self.account.pk, users=people, title=f"News of {name}", link="/admin/", now=now)
        self._lookups(name)
        add_approvals(
            self.account, name, asked=User.objects.get(username=name), asks=self.admin, run=run, secret=SECRET
        )
        self._upkeep(name)
        keep_value(actor=self.actor, name=f"value {name}", value=name, workflow_id=workflow.pk, now=now)
        database = Database.objects.create(
            account=self.account, name=name, host="db.example", database_name=name, username="reader", password=SECRET
        )
        Statement.objects.create(account=self.account, database=database, name=name, sql="SELECT 1 AS one")
        outing = NamedDay(datetime.date(2030, 5, 2), f"outing {name}")
        create_calendar(actor=self.actor, name=f"calendar {name}", country="DE", own_days=(outing,), now=now)

    def _batch(self, name: str, workflow: Workflow) -> None:
        content = f"customer,value\n{name},1\n{name},2,3\n".encode()
        prepare_csv(
            actor=self.actor, workflow_id=workflow.pk, content=content, file_name=f"{name}.csv", now=timezone.now()
        )

    def _backtest(self, workflow: Workflow, event: Event) -> None:
        now = timezone.now()
        backtest = Backtest.objects.create(
            account=self.account,
            workflow=workflow,
            workflow_data=workflow.workflow_data,
            events=[event.name],
            since=now - datetime.timedelta(days=30),
            until=now,
            state="done",
            created_at=now,
            ended_at=now,
        )
        BacktestEvent.objects.create(backtest=backtest, event_id=event.pk, kind="new", received_at=event.received_at)

    def _lookups(self, name: str) -> None:
        create_table(actor=self.actor, name=f"table {name}", columns=[Column("key"), Column(f"of-{self.mark}")])
        create_list(actor=self.actor, name=f"list {name}", values=[f"value {name}"])
        leaf = {"field": "country", "operator": "in_list", "value": f"list {name}"}
        create_segment(actor=self.actor, name=f"segment {name}", conditions={"logic": "AND", "rules": [leaf]})

    def _upkeep(self, name: str) -> None:
        now = timezone.now()
        kinds = {"kind": "retention.clean", "account": self.account, "created_at": now, "scheduled_at": now}
        Job.objects.create(key=f"clean {name}", note=f"at {name}", **kinds)
        SummaryChoice.objects.create(account=self.account, user=User.objects.get(username=name), wants=True)
        RetentionPolicy.objects.get_or_create(
            account=self.account,
            kind="runs",
            defaults={"id": RetentionPolicy.id_of(self.account.pk, "runs"), "keep_days": 100},
        )

    def _schedule(self, name: str, workflow: Workflow) -> None:
        now = timezone.now()
        at_seven = {"actor": self.actor, "cron": "0 7 * * *", "now": now}
        create_schedule(name=f"start {name}", workflow_id=workflow.pk, is_active=False, **at_seven)
        schedule = create_schedule(name=f"send {name}", event_name=f"{self.mark}.daily", data={"by": name}, **at_seven)
        fire_now(actor=self.actor, schedule=schedule, now=now)

    def _record(self, name: str, run: Execution) -> None:
        now = timezone.now()
        record = Record.objects.create(
            account=self.account,
            type="customer",
            key=f"key-{name}",
            title=f"record {name}",
            data={"value": 1, "note": self.mark, "lines": [{"sku": name}]},
            owner=self.admin,
            created_at=now,
            updated_at=now,
        )
        task = Task.objects.create(
            account=self.account,
            title=f"task {name}",
            created_at=now,
            execution_id=run.pk,
            due_at=now,
            record=record,
            assignee=self.admin,
        )
        Tag.objects.create(account=self.account, record=record, name=f"tag-{name}", created_at=now)
        about = {"account": self.account, "record": record, "task": task, "execution_id": run.pk}
        Activity.objects.create(**about, at=now, kind="note", text=f"told {name}", user_id=self.admin.pk)

    def _team(self, name: str, member: User) -> None:
        team = Team.objects.create(account=self.account, name=f"team {name}")
        TeamMember.objects.create(team=team, user=member, position=1)
        TeamMember.objects.create(team=team, user=self.admin, position=2)
        Recipient.objects.create(account=self.account, name=f"team {name} wins", team=team)
        Recipient.objects.create(account=self.account, name=f"person {name}", person=member)

    def event(self, *, source: Source | None = None, **fields: Any) -> Event:
        now = timezone.now()
        event = Event.objects.create(
            account=self.account,
            source=source,
            door="webhook",
            **{"name": f"{self.mark}.happened", "occurred_at": now, "received_at": now, "routed_at": now} | fields,
        )
        headers = {"x-signature": "••••", "user-agent": self.mark}
        EventPayload.objects.create(event=event, data={"value": 1, "note": self.mark}, body=b"{}", headers=headers)
        return event

    def workflow(self, name: str, *, live: bool = True, **rule: Any) -> Workflow:
        webhook = {
            "type": "webhook",
            "label": "Tell",
            "url": "https://crm.example/x",
            "headers": {"Authorization": BEARER},
        }
        rule = {
            "trigger": f"{self.mark}.happened",
            "conditions": {"rules": [{"field": "value", "operator": "greater_than", "value": 100000}]},
            "actions": [webhook, {"type": "create_task", "title": "Call"}],
        } | rule
        workflow = create_workflow(actor=self.actor, name=name, workflow_data=to_graph(rule))
        if live:
            publish(actor=self.actor, workflow=workflow, now=timezone.now())
        return workflow

    def run(self, workflow: Workflow, event: Event | None, *, status: str = "waiting", steps: int = 1) -> Execution:
        now = timezone.now()
        version = workflow.published_version
        assert version is not None
        is_over = status in Execution.TERMINAL
        run = Execution.objects.create(
            account=self.account,
            workflow=workflow,
            version=version,
            event=event,
            execution_status=status,
            current_step=None if is_over else "a1",
            started_at=now,
            completed_at=now if is_over else None,
        )
        for number in range(steps):
            self.step(run, f"s{number}", started_at=now + datetime.timedelta(seconds=number))
        if not is_over:
            held = status == "needs_attention"
            QueueItem.objects.create(
                account=self.account,
                workflow=workflow,
                execution=run,
                scheduled_at=now + datetime.timedelta(days=1),
                status="held" if held else "waiting",
                node_id="a1",
                entered_at=now,
                created_at=now,
            )
            if held:
                self.step(run, "a1", step_status="running", completed_at=None)
        Variable.objects.create(
            execution=run, variable_name="fee", variable_value=1, variable_type="number", created_at=now
        )
        return run

    def step(self, run: Execution, step_id: str, **fields: Any) -> Step:
        now = timezone.now()
        return Step.objects.create(
            id=new_id(),
            execution=run,
            step_id=step_id,
            **{
                "step_type": "webhook",
                "step_config": {"kind": "webhook", "label": f"Step {step_id}"},
                "input_data": {"url": "https://crm.example"},
                "output_data": {"status": 200},
                "step_status": "completed",
                "started_at": now,
                "completed_at": now,
            }
            | fields,
        )

    def emitted(self, run: Execution, count: int) -> None:
        for _ in range(count):
            self.event(cause_execution_id=run.pk, name=f"{self.mark}.emitted")


def unknown_id() -> uuid.UUID:
    return uuid.uuid4()
