"""A backtest reaches nothing and changes nothing, whatever the draft's steps are: proven for every kind there is."""

import re
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from opsflows.accounts.actor import Actor
from opsflows.accounts.calendars import account_clock
from opsflows.accounts.models import PlatformAccount
from opsflows.databases.models import Database
from opsflows.events.consumers import RoutedEvent
from opsflows.jsontext import dump_json
from opsflows.lookups.save_table import create_table
from opsflows.lookups.table_content import Column
from opsflows.records.models import Record, Task
from opsflows.studio.backtest.rehearse import Plan
from opsflows.studio.backtest.side import side_of
from opsflows.workflows.models import Workflow
from opsflows.workflows.read_graph import read_graph
from opsflows.workflows.registry import all_kinds
from opsflows.workflows.validate import references_of
from tests.studio.backtest.conftest import EVENT, MAIL, NOW, ask, came_in, rule, work
from tests.workflows.rules import edge, graph, node, trigger

WRITES = re.compile(
    r"\s*(?:INSERT|UPDATE|DELETE|COPY|MERGE|REPLACE|CREATE|DROP|ALTER|TRUNCATE|NOTIFY|SELECT pg_notify)", re.I
)
#: What leaves the process, or the database connection it has: sockets, names, other programs, files.
_OUTSIDE = (
    *("socket.connect", "socket.getaddrinfo", "socket.sendto", "smtplib.", "urllib.", "http.client.connect"),
    *("subprocess.", "os.fork", "os.exec", "os.posix_spawn", "os.system"),
    *("os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "shutil.", "sqlite3.connect"),
)
_guarded = False
_hooked = False


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if not _guarded:
        return
    if event.startswith(_OUTSIDE):
        raise AssertionError(f"a backtest did {event}")
    if event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+"):
        raise AssertionError(f"a backtest wrote the file {arguments[0]}")


@contextmanager
def nothing_but_reading() -> Iterator[None]:
    """Python itself says what is about to happen (`sys.audit`), whichever way a step would take."""
    global _guarded, _hooked
    if not _hooked:
        sys.addaudithook(_watch)
        _hooked = True

    def refuse(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        assert not WRITES.match(sql), f"a backtest wrote: {sql[:200]}"
        return execute(sql, parameters, many, context)

    _guarded = True
    try:
        with connection.execute_wrapper(refuse):
            yield
    finally:
        _guarded = False


def configs(world: dict[str, str]) -> dict[str, dict[str, Any]]:
    """Of each kind a step that would do something, if it were really run."""
    fields = {"object": "deals", "mapping": {"name": "{{customer}}"}}
    return {
        "add_to_project": {"taskId": world["task"], "project": "Q1"},
        "approval": {"title": "A deal", "levels": [{"approvers": ["ann"]}]},
        "assign": {"recordId": world["record"], "assignTo": "ann"},
        "calculate": {"formulas": [{"name": "half", "formula": "value / 2"}]},
        "call_api": {"url": "https://crm.example/x", "method": "POST", "body": {"a": 1}},
        "condition": {"conditions": {"field": "value", "operator": "is_not_empty"}},
        "create_draft_offer": {"title": "Offer"},
        "create_record": {"recordType": "deal", "recordKey": "new", "data": {"value": 1}},
        "create_task": {"title": "Call"},
        "create_task_series": {"tasks": [{"title": "One"}]},
        "delay": {"duration": "1 hour"},
        "email": {"to": "finance@acme.example", "subject": "x", "body": "y"},
        "emit_event": {"event": "it.happened", "payload": {"a": 1}},
        "file": {"action": "write", "name": "out.json", "content": [{"a": 1}]},
        "filter": {"items": "{{list}}", "conditions": {"field": "item", "operator": "is_not_empty"}},
        "foreach": {"items": "{{list}}"},
        "hubspot_create": fields,
        "hubspot_update": {**fields, "recordId": "1"},
        "json": {"do": "parse", "text": "{}"},
        "log_activity": {"recordId": world["record"], "text": "told"},
        "lookup": {"table": "prices", "key": "{{customer}}"},
        "merge": {"sources": [{"name": "a", "input": {"x": 1}}, {"name": "b", "input": {"y": 2}}]},
        "notify": {"to": "ann@acme.example", "title": "x"},
        "parallel": {"branches": [{"name": "l"}, {"name": "r"}]},
        "query": {"database": "shop", "sql": "SELECT 1"},
        "salesforce_create": fields,
        "salesforce_update": {**fields, "recordId": "1"},
        "score": {
            "lines": [{"label": "big", "points": 5, "conditions": {"field": "value", "operator": "is_not_empty"}}]
        },
        "script": {"source": "return 1"},
        "set": {"values": {"a": 1}},
        "set_due_date": {"taskId": world["task"], "dueDate": "+1 day"},
        "slack": {"message": "x", "channel": "#deals", "webhook_url": "https://hooks.example/T0"},
        "sort": {"items": "{{list}}", "by": [{"field": "value"}]},
        "split": {"variants": [{"name": "a", "weight": 50}, {"name": "b", "weight": 50}]},
        "state": {"name": "count", "action": "increment"},
        "stop": {},
        "subworkflow": {"workflowId": world["workflow"]},
        "tag": {"recordId": world["record"], "add": ["big"]},
        "take": {"items": "{{list}}", "which": "first", "count": 1},
        "teams": {"message": "x", "webhook_url": "https://teams.example/T0"},
        "text": {"text": "{{customer}}", "operations": [{"do": "upper"}]},
        "transform": {"fields": [{"name": "a", "value": "{{value}}"}]},
        "trigger_workflow": {"workflowId": world["workflow"]},
        "update_record": {"recordId": world["record"], "data": {"value": 2}},
        "validate": {"fields": [{"field": "value", "required": True}]},
        "wait_for_event": {"event": "it.came"},
        "webhook": {"url": "https://crm.example/x", "payload": {"a": 1}},
    }


@pytest.fixture
def world(account: PlatformAccount, actor: Actor, flow: Callable[..., Workflow]) -> dict[str, str]:
    record = Record.objects.create(account=account, type="deal", key="d1", title="d1", created_at=NOW, updated_at=NOW)
    task = Task.objects.create(account=account, title="t", created_at=NOW, record=record)
    Database.objects.create(
        account=account, name="shop", host="db.example", database_name="shop", username="r", password="p"
    )
    create_table(actor=actor, name="prices", columns=[Column("key"), Column("price")])
    return {"record": str(record.pk), "task": str(task.pk), "workflow": str(flow(rule(), rule()).pk)}


def routed(account: PlatformAccount) -> RoutedEvent:
    data = {"value": 5, "customer": "c1", "list": [{"value": 2}, {"value": 1}]}
    return RoutedEvent(uuid.uuid4(), account.pk, "webhook", EVENT, "", NOW, NOW, 0, dump_json(data))


def test_no_kind_reaches_anything(account: PlatformAccount, world: dict[str, str], monkeypatch: Any) -> None:
    # As where scripts are switched on.
    monkeypatch.setattr("opsflows.scripting.steps.why_not", lambda: "")
    known = configs(world)
    kinds = {name: kind for name, kind in all_kinds().items() if not name.startswith("probe_")}
    assert kinds.keys() == known.keys(), "a new kind needs a step here"
    clock = account_clock(account, now=NOW)
    met = {}
    for name, config in known.items():
        step = node("s", name, kinds[name].step_type, **config)
        task = node("after", "create_task", title="Call {{steps.s.output}}")
        ways = {edge("s", "after", way)["sourceHandle"] for way in kinds[name].outcomes} or {"done"}
        data = graph(
            trigger(EVENT), step, task, edges=[edge("trigger", "s"), *(edge("s", "after", way) for way in ways)]
        )
        references = references_of(read_graph(data), {}, account_id=account.pk)
        for pinned in (None, {"output": {"id": "1"}}):
            step["data"]["pinned"] = pinned or {}
            if pinned is None:
                del step["data"]["pinned"]
            compiled, source = side_of(data, {}, references).compiled()
            with nothing_but_reading():
                steps = Plan(compiled, source, uuid.uuid4()).steps(routed(account), clock)
            met[name, pinned is None] = steps[0].status, steps[0].error
    failed = {name: error for (name, plain), (status, error) in met.items() if plain and status == "would_fail"}
    # Steps that fail for their configuration would prove nothing.
    assert failed.keys() <= {"hubspot_create", "hubspot_update", "salesforce_create", "salesforce_update"}, failed


@pytest.mark.parametrize(
    "act",
    [
        lambda: __import__("socket").create_connection(("127.0.0.1", 9), timeout=1),
        lambda: __import__("subprocess").run(["true"], check=False),
        lambda: Path("/tmp/never").write_text("x"),
        lambda: Task.objects.update(title="x"),
        lambda: PlatformAccount.objects.create(slug="x", name="x"),
    ],
)
def test_the_guard_guards(db: None, act: Callable[[], Any]) -> None:
    with nothing_but_reading(), pytest.raises(AssertionError):
        act()


def test_the_job_writes_its_own_rows_alone(
    account: PlatformAccount, actor: Actor, flow: Callable[..., Workflow]
) -> None:
    for n in range(1, 6):
        came_in(account, {"value": n}, NOW - timedelta(hours=n))
    draft = rule(None, MAIL, {"type": "create_task", "title": "Call"}, {"type": "emit_event", "event": "x.y"})
    backtest = ask(actor, flow(draft, rule()))
    written = set()

    def note(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        if WRITES.match(sql):
            written.add(re.findall(r'(?:INTO|UPDATE|FROM|COPY) "(\w+)"', sql)[0])
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(note):
        done = work(backtest)
    assert (done.state, done.fired_draft) == ("done", 5)
    assert written == {"jobs", "studio_backtests", "studio_backtest_events"}
