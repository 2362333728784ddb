"""An account full of workflows, events and runs, written straight into the database as the engine would have left them.

Rows are numbered, and ids and moments follow from the number: what is added later stands among what was there.
"""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

#: Workflow number 0 is the one whose pages are asked for; it listens to the first name.
EVENTS = tuple(
    f"{thing}.{deed}"
    for thing in ("deal", "order", "invoice", "customer", "contract")
    for deed in ("won", "updated", "created", "closed")
)
REGIONS = ("EMEA", "AMER", "APAC")
DAYS = 60
#: One event in so many has started a run.
RUN_EVERY = 5
#: A million in one statement would hold a million rows in memory on SQLite.
PORTION = 100_000
FOUND = 1_000

_NAME = f"CASE n % {len(EVENTS)} " + " ".join(f"WHEN {at} THEN '{name}'" for at, name in enumerate(EVENTS)) + " END"
_REGION = f"CASE n % 3 WHEN 0 THEN '{REGIONS[0]}' WHEN 1 THEN '{REGIONS[1]}' ELSE '{REGIONS[2]}' END"
_FIELDS = (
    "'id', n, 'value', (n * 37 % 500) * 1000, 'currency', 'EUR', 'stage', 'negotiation', "
    f"'region', {_REGION}, 'productName', 'Analytics', "
    "'customer', {object}('name', 'Customer ' || (n % 50000), 'email', 'c' || (n % 50000) || '@example.com', "
    "'employees', n % 900), "
    "'lines', {array}({object}('sku', 'A-' || (n % 40), 'quantity', n % 7), {object}('sku', 'B-1', 'quantity', 2))"
)
_EVENTS = (
    "INSERT INTO events (id, account_id, source_id, source_label, door, name, occurred_at, received_at, routed_at, "
    f"depth, cause_step_id) SELECT {{event}}, {{account}}, {{source}}, 'CRM', 'webhook', {_NAME}, {{moment}}, "
    "{moment}, {moment}, 0, '' FROM {numbers}",
    "INSERT INTO event_payloads (event_id, data, body, headers) "
    f"SELECT {{event}}, {{object}}({_FIELDS}), NULL, '{{{{}}}}' FROM {{numbers}}",
)
_RUNS = (
    "INSERT INTO workflow_executions (id, account_id, workflow_id, version_id, event_id, origin, execution_status, "
    "priority, depth, failed_steps, started_at, completed_at, execution_time_ms, error_message) "
    "SELECT {run}, {account}, {workflow}, {version}, {event}, 'event', "
    "CASE WHEN n % 75 = 0 THEN 'failed' ELSE 'completed' END, 2, 0, 0, {moment}, {moment}, 20, "
    "CASE WHEN n % 75 = 0 THEN 'answered 500' END FROM {numbers} WHERE n % {every} = 0",
    *(
        "INSERT INTO workflow_steps (id, execution_id, step_id, step_type, iteration, generation, attempt, "
        "step_config, input_data, output_data, step_status, handle, warnings, started_at, completed_at) "
        f"SELECT {{{step}}}, {{run}}, '{step}', '{kind}', '', 0, 1, '{{{{}}}}', {output}, {output}, 'completed', "
        f"'{handle}', '[]', {{moment}}, {{moment}} FROM {{numbers}} WHERE n % {{every}} = 0"
        for step, kind, handle, output in (
            ("conditions", "condition", "true", "'{{\"result\": true}}'"),
            ("a1", "action", "done", "'{{\"task_id\": 1}}'"),
        )
    ),
)


def workflow_id(number: int) -> uuid.UUID:
    return uuid.UUID(f"00000000-0004-7000-8000-{number:012x}")


def version_id(number: int) -> uuid.UUID:
    return uuid.UUID(f"00000000-0005-7000-8000-{number:012x}")


def office() -> tuple[Any, Any]:
    """The account and its administrator, made where they are missing."""
    from opsflows.accounts.models import Membership, PlatformAccount, User
    from opsflows.events.models import Source

    account, is_new = PlatformAccount.objects.get_or_create(slug="bench", defaults={"name": "Bench"})
    person, _ = User.objects.get_or_create(username="pat", defaults={"email": "pat@bench.example", "is_staff": True})
    if is_new:
        Membership.objects.create(account=account, user=person, role="admin")
        Source.objects.create(account=account, name="CRM", connector="hmac")
    return account, person


def rule(number: int, title: str = "Call {{customer.name}}") -> dict[str, Any]:
    """What workflow `number` says: of its event, a value above this, in this region."""
    rules = [
        {"field": "value", "operator": "greater_than", "value": 1000 * (number % 400)},
        {"field": "region", "operator": "equals", "value": REGIONS[number % 3]},
    ]
    actions = [
        {"type": "create_task", "title": title},
        {"type": "update_record", "recordType": "deal", "recordKey": "{{id}}", "data": {"stage": f"s{number}"}},
        {"type": "emit_event", "event": EVENTS[(number + 1) % len(EVENTS)], "payload": {"id": "{{id}}"}},
    ]
    return {"trigger": EVENTS[number % len(EVENTS)], "conditions": {"rules": rules}, "actions": actions}


def add_workflows(account: Any, first: int, last: int) -> None:
    """Live ones, numbered from `first` up to `last`, each with a version that has been live for long; one in twenty a
    template of the account's gallery."""
    from opsflows.workflows.models import Workflow, WorkflowActivation, WorkflowTag, WorkflowVersion
    from opsflows.workflows.rule_form import to_graph
    from opsflows.workflows.searchable import text_of

    began = datetime.now(UTC) - timedelta(days=2 * DAYS)
    rows, versions, tags, spells = [], [], [], []
    for number in range(first, last):
        data, team = to_graph(rule(number)), f"team-{number % 10}"
        row = Workflow(
            id=workflow_id(number),
            account=account,
            workflow_name=f"Rule {number:04}",
            workflow_data=data,
            trigger_config={"kind": "event", "event": EVENTS[number % len(EVENTS)]},
            is_template=number % 20 == 1,
        )
        row.search_text = text_of(row, tags=[team])
        version = WorkflowVersion(
            id=version_id(number),
            workflow=row,
            number=1,
            workflow_data=data,
            trigger_event=EVENTS[number % len(EVENTS)],
            kind_versions={"condition": 1, "create_task": 1, "update_record": 1, "emit_event": 1},
            content_hash=f"{number:064}",
            created_at=began,
        )
        rows.append(row)
        versions.append(version)
        tags.append(WorkflowTag(account=account, workflow=row, name=team, created_at=began))
        spells.append(WorkflowActivation(workflow=row, version=version, active_from=began))
    for model, made in ((Workflow, rows), (WorkflowVersion, versions), (WorkflowTag, tags)):
        model.objects.bulk_create(made, batch_size=500)
    WorkflowActivation.objects.bulk_create(spells, batch_size=500)
    for row, version in zip(rows, versions, strict=True):
        row.published_version, row.is_active = version, True
    Workflow.objects.bulk_update(rows, ["published_version", "is_active"], batch_size=500)


def give_history(person: Any) -> None:
    """Workflow 0 gets later versions, a draft that says something else, and backtests of the last thirty days."""
    from opsflows.accounts.actor import system_actor
    from opsflows.events.models import Event
    from opsflows.studio.models import Backtest, BacktestEvent
    from opsflows.workflows.models import Workflow
    from opsflows.workflows.publish import publish
    from opsflows.workflows.rule_form import to_graph
    from opsflows.workflows.save_draft import update_draft

    now, workflow = datetime.now(UTC), Workflow.objects.get(pk=workflow_id(0))
    actor = system_actor(workflow.account_id)
    for turn in range(6):
        data = to_graph(rule(0, title=f"Call {{{{customer.name}}}}, {turn}"))
        update_draft(actor=actor, workflow=workflow, revision=workflow.revision, workflow_data=data)
        workflow.refresh_from_db()
        if turn < 5:
            publish(actor=actor, workflow=workflow, note=f"Turn {turn}", now=now)
    fields = {"account_id": workflow.account_id, "workflow": workflow, "workflow_data": workflow.workflow_data}
    period = {"since": now - timedelta(days=30), "until": now, "created_at": now, "started_at": now, "ended_at": now}
    rows = Event.objects.filter(account=workflow.account_id, name=EVENTS[0])
    events = list(rows.order_by("-id").values_list("id", "received_at")[:FOUND])
    for _ in range(3):
        made = Backtest.objects.create(
            **fields,
            **period,
            version=workflow.published_version,
            events=[EVENTS[0]],
            state="done",
            seen=len(events),
            expected=len(events),
            fired_draft=len(events),
            created_by=person,
        )
        found = [BacktestEvent(backtest=made, event_id=pk, kind="new", received_at=at) for pk, at in events]
        BacktestEvent.objects.bulk_create(found, batch_size=500)


def add_events(account: Any, first: int, last: int, *, workflows: int) -> None:
    """Events numbered from `first` up to `last`, spread over the last days; of each fifth a run."""
    from django.db import connection, transaction

    from opsflows.events.models import Source

    source = Source.objects.get(account=account).pk
    with connection.cursor() as cursor:
        for start in range(first, last, PORTION):
            words = _words(first, last, start, min(start + PORTION, last) - 1, workflows)
            words |= {"account": _literal(account.pk), "source": _literal(source)}
            with transaction.atomic():
                for statement in (*_EVENTS, *_RUNS):
                    cursor.execute(statement.format(**words))


def settle() -> None:
    """Let the database know what there is, as its own upkeep would."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def _literal(pk: uuid.UUID) -> str:
    from django.db import connection

    return f"'{pk}'::uuid" if connection.vendor == "postgresql" else f"'{pk.hex}'"


def _words(first: int, last: int, start: int, end: int, workflows: int) -> dict[str, str]:
    """What the two databases write differently, for the numbers from `start` to `end` of the span `first` to `last`."""
    from django.db import connection

    span = DAYS * 86_400_000
    began = int(datetime.now(UTC).timestamp() * 1000) - span
    millis = f"({began} + (n - {first}) * {span // (last - first)})"
    kinds = {"event": "7001", "run": "7002", "conditions": "7003", "a1": "7004"}
    # Its event's fifth: so that the runs of a name's events fall to several of the workflows.
    which, every = f"((n / {RUN_EVERY}) % {workflows})", str(RUN_EVERY)
    if connection.vendor == "postgresql":
        millis = millis.replace("(n -", "(n::bigint -")
        tail = "lpad(to_hex(n), 15, '0'))::uuid"
        return {name: f"(lpad(to_hex({millis}), 12, '0') || '{kind}8' || {tail}" for name, kind in kinds.items()} | {
            "workflow": f"('00000000-0004-7000-8000-' || lpad(to_hex({which}), 12, '0'))::uuid",
            "version": f"('00000000-0005-7000-8000-' || lpad(to_hex({which}), 12, '0'))::uuid",
            "moment": f"to_timestamp({millis} / 1000.0)",
            "object": "jsonb_build_object",
            "array": "jsonb_build_array",
            "every": every,
            "numbers": f"generate_series({start}, {end}) AS n",
        }
    return {name: f"printf('%012x{kind}8%015x', {millis}, n)" for name, kind in kinds.items()} | {
        "workflow": f"printf('00000000000470008000%012x', {which})",
        "version": f"printf('00000000000570008000%012x', {which})",
        "moment": f"strftime('%Y-%m-%d %H:%M:%f', {millis} / 1000.0, 'unixepoch')",
        "object": "json_object",
        "array": "json_array",
        "every": every,
        "numbers": (
            f"(WITH RECURSIVE counting (n) AS (SELECT {start} UNION ALL SELECT n + 1 FROM counting WHERE n < {end}) "
            "SELECT n FROM counting)"
        ),
    }
