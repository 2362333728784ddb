"""Every step kind with a step that stands for it. A new kind needs a line: `test_every_kind_has_a_line` fails else."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from tests.runs.crash.world import World

HOOK = "{receiver}"
LIST = [{"id": 2, "tier": "b"}, {"id": 1, "tier": "a"}, {"id": 3, "tier": "b"}]
IS_B = {"field": "tier", "operator": "equals", "value": "b"}
#: A record and a task that an earlier step of the same run made.
RECORD = {"type": "create_record", "recordType": "deal", "recordKey": "{{n}}", "data": {"value": 7}}
TASK = {"type": "create_task", "title": "Call {{n}}"}
SOURCES = [{"name": "a", "input": "{{a}}"}, {"name": "b", "input": "{{b}}"}]
WAIT = {"event": "it.came", "field": "n", "value": "{{n}}", "timeout": "2 hours"}
CRM = {"object": "deals", "mapping": {"name": "{{n}}"}}


@dataclass(frozen=True)
class Line:
    """One step, and what it takes to see whether it came back right."""

    kind: str
    config: Mapping[str, Any] = field(default_factory=dict)
    #: The way out by which the next step follows; None where none can.
    way: str | None = "done"
    #: Steps in front of it, and steps in its branches, by the way that leads there.
    before: tuple[Mapping[str, Any], ...] = ()
    branches: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    needs: Callable[[World], object] | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    ends: str = "completed"
    #: How many things are done outside.
    outside: int = 0
    #: The other side cannot tell a repeat: after a crash in the middle a person decides.
    unsafe: bool = False
    #: An event that it waits for, `it.came`: sent together with the one that starts the run, or once the run rests.
    comes: Literal["", "early", "late"] = ""
    #: Who is asked says yes once the run rests.
    answers: bool = False
    #: What tells it from other lines of its kind.
    note: str = ""

    def __str__(self) -> str:
        return f"{self.kind}-{self.note}" if self.note else self.kind


def _crm(kind: str, **more: Any) -> Line:
    return Line(kind, {**CRM, **more}, way=None, ends="failed")


LINES = (
    # Flow.
    Line("condition", {"conditions": {"logic": "AND", "rules": [{**IS_B, "field": "t"}]}}, "true", data={"t": "b"}),
    Line("delay", {"duration": "2 hours"}),
    Line("foreach", {"items": "{{list}}", "concurrency": 2}, branches={"each": TASK}, data={"list": LIST}),
    Line("parallel", {"branches": [{"name": "l"}, {"name": "r"}]}, branches={"l": TASK, "r": RECORD}),
    Line("set", {"values": {"x": "{{n}}"}}),
    Line("split", {"variants": [{"name": "a"}, {"name": "b", "weight": 0}], "key": "{{n}}"}, "a"),
    Line("stop", {"outcome": "success"}, None, note="success"),
    Line("stop", {"outcome": "failure", "reason": "Enough."}, None, ends="failed", note="failure"),
    Line("subworkflow", {"workflowId": "Other"}, needs=World.other_workflow),
    Line("wait_for_event", WAIT, "received", comes="early", note="early"),
    Line("wait_for_event", WAIT, "received", comes="late", note="late"),
    Line("wait_for_event", WAIT, "timeout", note="timeout"),
    # Data.
    Line("calculate", {"formulas": [{"name": "twice", "formula": "value * 2"}]}, data={"value": Decimal("1.10")}),
    Line("filter", {"items": "{{list}}", "conditions": IS_B}, data={"list": LIST}),
    Line("json", {"do": "parse", "text": "{{t}}"}, data={"t": '{"a": 1}'}),
    Line("lookup", {"table": "discounts", "key": "acme"}, "found", needs=World.lookup_table),
    Line("merge", {"sources": SOURCES}, data={"a": {"x": 1}, "b": {"y": 2}}),
    Line("score", {"lines": [{"label": "B", "points": 3, "conditions": {**IS_B, "field": "t"}}]}, data={"t": "b"}),
    Line("script", {"source": "return {twice: event.value * 2}"}, data={"value": 4}),
    Line("sort", {"items": "{{list}}", "by": [{"field": "id"}]}, data={"list": LIST}),
    Line("take", {"items": "{{list}}", "count": 2}, data={"list": LIST}),
    Line("text", {"text": "{{t}}", "operations": [{"do": "upper"}]}, data={"t": "ada"}),
    Line("transform", {"fields": [{"name": "m", "field": "n"}]}),
    Line("validate", {"fields": [{"field": "n", "required": True}]}, "valid"),
    # People.
    Line(
        "approval",
        {"title": "Spend {{n}}", "levels": [{"approvers": ["eve"]}]},
        "approved",
        needs=World.approver,
        answers=True,
    ),
    # Records and tasks.
    Line("add_to_project", {"project": "Move"}, before=(TASK,)),
    Line("assign", {"assignTo": "engineering_lead"}, before=(RECORD,)),
    Line(
        "create_draft_offer", {"basedOn": "current_contract"}, data={"contractId": "c1", "value": 120, "duration": 12}
    ),
    Line("create_record", {"recordType": "deal", "recordKey": "{{n}}", "tags": ["new"]}),
    Line("create_task", {"title": "Call {{n}}"}),
    Line("create_task_series", {"tasks": [{"title": "1 {{n}}"}, {"title": "2 {{n}}"}]}),
    Line("log_activity", {"text": "Called"}, before=(RECORD,)),
    Line("set_due_date", {"dueDate": "+7 days"}, before=(TASK,)),
    Line("tag", {"add": ["hot"]}, before=(RECORD,)),
    Line("update_record", {"recordType": "deal", "recordKey": "{{n}}", "data": {"value": 8}}, before=(RECORD,)),
    # Between runs, and to others in the house.
    Line("emit_event", {"event": "deal.reviewed", "payload": {"n": "{{n}}"}}),
    Line("notify", {"to": ["ada"], "title": "Won {{n}}"}, needs=World.member),
    Line("trigger_workflow", {"workflowId": "Other"}, needs=World.other_workflow),
    # What it keeps is seen by others as soon as the run has succeeded: the same as an effect outside.
    Line("state", {"name": "count_{{n}}", "action": "increment"}, outside=1),
    # Outside.
    Line("call_api", {"url": HOOK, "method": "PUT", "body": {"n": "{{n}}"}, "on_unclear": "repeat"}, outside=1),
    Line("call_api", {"url": HOOK, "method": "POST", "on_unclear": "ask"}, outside=1, unsafe=True, note="ask"),
    Line("email", {"to": ["kim@example.com"], "template": "won"}, needs=World.template, outside=1),
    # A file of its own, with a line of names above the one that is appended.
    Line("file", {"action": "append", "name": "log-{{n}}.csv", "content": {"id": "{{n}}"}}, outside=2),
    Line("query", {"database": "sales", "sql": "SELECT 7 AS x"}, needs=World.database, note="read"),
    Line(
        "query",
        {"database": "sales", "statement": "pay", "parameters": {"customer": "{{n}}"}},
        needs=World.database,
        outside=1,
        unsafe=True,
        note="ask",
    ),
    Line(
        "query",
        {"database": "sales", "statement": "pay-once", "parameters": {"customer": "{{n}}"}},
        needs=World.database,
        outside=1,
        note="write",
    ),
    Line("slack", {"message": "Won {{n}}", "webhook_url": HOOK}, outside=1),
    Line("teams", {"message": "Won {{n}}", "webhook_url": HOOK}, outside=1),
    Line("webhook", {"url": HOOK, "payload": {"n": "{{n}}"}, "on_unclear": "repeat"}, outside=1),
    Line("webhook", {"url": HOOK, "payload": {"n": "{{n}}"}, "on_unclear": "ask"}, outside=1, unsafe=True, note="ask"),
    _crm("hubspot_create"),
    _crm("hubspot_update", recordId="7"),
    _crm("salesforce_create"),
    _crm("salesforce_update", recordId="7"),
)
