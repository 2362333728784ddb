"""What the steps need around them, made when it is first asked for; and what they did to it, as others see it."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core import mail
from django.db import connection

from opsflows.accounts.actor import Actor
from opsflows.accounts.models import PlatformAccount
from opsflows.approvals.decide import decide
from opsflows.approvals.models import ApprovalTask
from opsflows.approvals.voice import voice_of
from opsflows.databases.models import Database, Statement
from opsflows.jsontext import dump_json
from opsflows.lookups.models import LookupTable
from opsflows.lookups.save_table import create_table, set_rows
from opsflows.lookups.snapshots import content_of
from opsflows.lookups.table_content import Column
from opsflows.messages.models import MessageTemplate
from opsflows.runs.models import StateValue
from opsflows.workflows.models import Workflow
from tests.accounts.conftest import person
from tests.outbound.receiver import Receiver
from tests.runs.graphs import publisher

#: What says nothing of effects: who is at work, and how others were reached.
_NO_EFFECT = ("workflow_queue", "worker_heartbeats", "outbound_", "limits", "breakers")
#: What a person's decision writes beside the effect itself.
_DECIDED = ("workflow_steps", "audit_entries")
_INSERT = "INSERT INTO payments (reference, customer_id) VALUES (:key, :customer)"


class World:
    """An account and its surroundings."""

    def __init__(self, account: PlatformAccount, actor: Actor, receiver: Receiver, folder: Path) -> None:
        self.account = account
        self.actor = actor
        self.receiver = receiver
        self.folder = folder

    # What a step can need. Each is made once.

    def member(self) -> None:
        person(self.account, "ada", "viewer")

    def approver(self) -> None:
        person(self.account, "eve", "viewer")

    def template(self) -> None:
        MessageTemplate.objects.create(account=self.account, name="won", subject="Won {{n}}", body="Hello {{n}}")

    def lookup_table(self) -> LookupTable:
        table = create_table(actor=self.actor, name="discounts", columns=[Column("partner"), Column("discount")])
        return set_rows(actor=self.actor, table=table, rows=[["acme", "12"]], seen=content_of(table.snapshot).hash)

    def other_workflow(self) -> Workflow:
        other = {"type": "create_task", "title": "Of the other"}
        return publisher(self.actor)(event="other.asked", name="Other", it=other)

    def database(self) -> None:
        self.payments.parent.mkdir(parents=True)
        with closing(sqlite3.connect(self.payments)) as file:
            file.execute("CREATE TABLE payments (reference text PRIMARY KEY, customer_id text)")
        row = Database.objects.create(
            account=self.account, name="sales", kind="sqlite", database_name=self.payments.name
        )
        given = {"account": self.account, "database": row, "writes": True}
        Statement.objects.create(name="pay", sql=_INSERT, **given)
        Statement.objects.create(
            name="pay-once",
            sql=f"{_INSERT} ON CONFLICT (reference) DO UPDATE SET customer_id = excluded.customer_id",
            repeat_safe=True,
            **given,
        )

    @cached_property
    def payments(self) -> Path:
        return self.folder / "sqlite" / str(self.account.pk) / "sales.sqlite3"

    # What people do.

    def say_yes(self, now: datetime) -> None:
        [task] = ApprovalTask.objects.filter(account=self.account, state="open")
        actor = Actor(account_id=self.account.pk, user_id=task.user_id, role="viewer", door="page")
        decide(voice=voice_of(actor), task_id=task.pk, verdict="approve", seen=None, now=now)

    # What others have seen.

    def outside(self) -> set[str]:
        """Each thing that was done outside: a call by its key and content, a mail by its id, a line, a row."""
        return {*self._calls(), *self._mails(), *self._lines(), *self._payments(), *self._states()}

    def _calls(self) -> Iterator[str]:
        for request in self.receiver.requests:
            head, _, body = request.partition(b"\r\n\r\n")
            [key] = re.findall(rb"(?im)^idempotency-key: *(\S+)", head)
            yield f"call {key.decode()} {body.decode()}"

    def _mails(self) -> Iterator[str]:
        for message in getattr(mail, "outbox", []):
            yield f"mail {message.extra_headers['Message-ID']} {message.to} {message.subject} {message.body}"

    def _lines(self) -> Iterator[str]:
        for file in sorted((self.folder / "files" / str(self.account.pk)).glob("*.csv")):
            # Numbered: the same line twice is two things.
            yield from (f"{file.name} {number} {line}" for number, line in enumerate(file.read_text().splitlines()))

    def _payments(self) -> Iterator[str]:
        if self.payments.exists():
            with closing(sqlite3.connect(self.payments)) as file:
                yield from (f"payment {row}" for row in file.execute("SELECT * FROM payments"))

    def _states(self) -> Iterator[str]:
        yield from (f"state {state.name} {state.value}" for state in StateValue.objects.filter(account=self.account))


def rows(*, decided: bool = False) -> dict[str, int]:
    """How many rows there are in each table of ours; `decided`: without what a person's decision adds."""
    left_out = (*_NO_EFFECT, *(_DECIDED if decided else ()))
    tables = [
        model._meta.db_table
        for app in apps.get_app_configs()
        if app.name.startswith("opsflows.")
        for model in app.get_models(include_auto_created=True)
        if not model._meta.db_table.startswith(left_out)
    ]
    counts = " UNION ALL ".join(f"SELECT '{table}', count(*) FROM {table}" for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(counts)
        return dict(cursor.fetchall())


_CHANGING = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|ops_[0-9a-f]{40}|n\d{4}|\"elapsed_ms\":\d+"
)


def plain(value: Any) -> str:
    """`value` without what differs from run to run: ids, keys, the number of the run, times that were measured."""
    return _CHANGING.sub("…", value if isinstance(value, str) else dump_json(value))
