"""Values that are kept between runs."""

import threading
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, connections, transaction

from opsflows.accounts.actor import Actor, Forbidden
from opsflows.accounts.models import PlatformAccount
from opsflows.audit.models import AuditEntry
from opsflows.queue.ids import new_id
from opsflows.runs.cancel import cancel
from opsflows.runs.engine.ends import End
from opsflows.runs.models import Execution, StateChange, StateValue
from opsflows.runs.replay.take_up import take_up
from opsflows.runs.states import limits
from opsflows.runs.states.correct import correct_value, forget_value, keep_value
from opsflows.runs.states.keep import keep_states
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.models import Workflow
from opsflows.workflows.outcomes import Fail
from tests.runs.conftest import NOW
from tests.runs.engine import Engine
from tests.runs.kinds import OutsideProbe

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("probes")]

Publish = Callable[..., Workflow]


def state(action: str, name: str = "cursor", **rest: Any) -> dict[str, Any]:
    return {"type": "state", "action": action, "name": name, **rest}


def kept(name: str = "cursor") -> Any:
    row = StateValue.objects.filter(name=name).first()
    return row and row.value


def test_a_cursor_is_seen_at_once_and_kept_with_success(engine: Engine, publish_flow: Publish) -> None:
    publish_flow(
        "a -> b",
        "b -> c",
        a=state("get", default="never"),
        b=state("set", value="{{at}}"),
        c=state("get"),
    )
    engine.emit("deal.won", at="2026-03-01")
    engine.settle()
    assert engine.output("a") == {"name": "cursor", "value": "never", "exists": False}
    assert engine.output("b") == {"name": "cursor", "value": "2026-03-01", "before": None}
    assert engine.output("c")["value"] == "2026-03-01"
    assert kept() == "2026-03-01"
    engine.emit("deal.won", at="2026-03-02")
    engine.settle()
    assert [step["value"] for step in engine.steps("output_data") if "exists" in step] == [
        "never",
        "2026-03-01",
        "2026-03-01",
        "2026-03-02",
    ]
    row = StateValue.objects.get()
    assert (row.execution_id, row.history.count()) == (Execution.objects.order_by("id").last().pk, 0)  # type: ignore[union-attr]
    assert not StateChange.objects.exists()


def test_a_run_that_fails_keeps_nothing_until_it_is_mended(engine: Engine, actor: Actor, publish_flow: Publish) -> None:
    publish_flow(
        "a -> b", "b -> c", a=state("set", value="{{n}}"), b=state("increment", "count"), c={"type": "probe_outside"}
    )
    OutsideProbe.script[:] = [Fail("no")]
    engine.emit("deal.won", n=1)
    engine.settle()
    assert not StateValue.objects.exists()
    take_up(actor=actor, execution_id=engine.run().pk, now=engine.now)
    engine.settle()
    assert (kept(), kept("count")) == (1, 1)


def test_a_cancelled_run_keeps_nothing(engine: Engine, actor: Actor, publish_flow: Publish) -> None:
    publish_flow("a -> b", a=state("set", value=5), b={"type": "delay", "duration": "1 hour"})
    engine.emit("deal.won")
    engine.settle()
    cancel(actor=actor, execution_id=engine.run().pk, now=engine.now)
    assert not StateValue.objects.exists()


def test_the_last_to_end_has_the_last_word_and_increments_add_up(engine: Engine, publish_flow: Publish) -> None:
    publish_flow(
        "a -> b",
        "b -> c",
        a=state("set", value="{{n}}"),
        b=state("increment", "count", by="{{n}}"),
        c={"type": "delay", "duration": "{{wait}} hours"},
    )
    for number, wait in ((1, 3), (2, 1), (3, 2)):
        engine.emit("deal.won", n=number, wait=wait)
    engine.settle()
    assert not StateValue.objects.exists()
    seen = []
    for _ in range(3):
        engine.pass_time(hours=1)
        seen.append((kept(), kept("count")))
    assert seen == [(2, 2), (3, 5), (1, 6)]


def test_increments_within_a_run(engine: Engine, publish_flow: Publish, actor: Actor) -> None:
    workflow = publish_flow(
        "list.each -> add",
        "list -> now",
        list={"type": "foreach", "items": "{{amounts}}", "concurrency": 10},
        add=state("increment", "total", by="{{item}}"),
        now=state("get", "total"),
    )
    keep_value(actor=actor, name="total", value=Decimal("0.5"), workflow_id=workflow.pk, now=NOW)
    engine.emit("deal.won", amounts=[Decimal("1.25"), 2, -1, Decimal("0.25")])
    engine.settle()
    assert engine.output("now")["value"] == 3
    assert kept("total") == 3
    # A set in between counts from there.
    publish_flow(
        "a -> b", a=state("set", "total", value=10), b=state("increment", "total"), name="Other", event="other.happened"
    )
    engine.emit("other.happened")
    engine.settle()
    assert {row.workflow_id == workflow.pk: row.value for row in StateValue.objects.all()} == {True: 3, False: 11}


def test_shared_by_name(engine: Engine, publish_flow: Publish) -> None:
    publish_flow(a=state("increment", "n", shared=True), name="One")
    publish_flow(a=state("increment", "n", shared=True), name="Two")
    publish_flow(a=state("increment", "n"), name="Three")
    engine.emit("deal.won")
    engine.settle()
    assert set(StateValue.objects.values_list("workflow__workflow_name", "value")) == {(None, 2), ("Three", 1)}


@pytest.mark.parametrize(
    ("step", "says"),
    [
        (state("set", value="{{missing}}"), "value: There is nothing to keep"),
        (state("set", "{{missing}}", value=1), "name: A name has"),
        (state("increment", by="{{word}}"), 'by: must be a number; what the step got is "many"'),
        (state("set", value="{{long}}"), "at most 65,536"),
    ],
)
def test_what_cannot_be_kept(engine: Engine, publish_flow: Publish, step: dict[str, Any], says: str) -> None:
    publish_flow(a=step)
    engine.emit("deal.won", word="many", long="x" * 70_000)
    engine.settle()
    assert engine.run().execution_status == "failed"
    assert says in (engine.run().error_message or "")
    assert not StateValue.objects.exists()


def test_a_text_is_no_number_and_too_many_are_refused(
    engine: Engine, publish_flow: Publish, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    workflow = publish_flow(a=state("increment"))
    keep_value(actor=actor, name="cursor", value="yesterday", workflow_id=workflow.pk, now=NOW)
    engine.emit("deal.won")
    engine.settle()
    assert '"yesterday", which is no number' in (engine.run().error_message or "")
    monkeypatch.setattr(limits, "MAX_VALUES", 1)
    publish_flow(a=state("set", "other", value=1), event="x.y")
    engine.emit("x.y")
    engine.settle()
    assert "as many values as it may" in (Execution.objects.order_by("id").last().error_message or "")  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("step", "path"),
    [
        (state("get", ""), "name"),
        (state("get", "a\tb"), "name"),
        (state("set"), "value"),
        (state("drop"), "action"),
        (state("increment", by="many"), "by"),
    ],
)
def test_publishing_says_what_is_missing(publish_flow: Publish, step: dict[str, Any], path: str) -> None:
    with pytest.raises(InvalidDefinition) as refused:
        publish_flow(a=step)
    assert [problem.path for problem in refused.value.problems] == [f"nodes[a].config.{path}"]


def test_staff_correct_and_forget(actor: Actor, account: PlatformAccount) -> None:
    row = keep_value(actor=actor, name=" last_sync ", value="a", now=NOW)
    with pytest.raises(ValidationError, match="already"):
        keep_value(actor=actor, name="last_sync", value="b", now=NOW)
    correct_value(actor=actor, state=row, value=7, now=NOW)
    row.refresh_from_db()
    assert (row.value, row.execution_id) == (7, None)
    assert [each.value for each in row.history.order_by("history_id")] == ["a", 7]
    editor = Actor(account_id=account.pk, user_id=None, role="editor", door="page")
    with pytest.raises(Forbidden):
        correct_value(actor=editor, state=row, value=8, now=NOW)
    with pytest.raises(ValidationError, match="nothing to keep"):
        correct_value(actor=actor, state=row, value=None, now=NOW)
    forget_value(actor=actor, state=row, now=NOW)
    assert not StateValue.objects.exists()


def test_the_trail_names_no_secret(actor: Actor) -> None:
    row = keep_value(actor=actor, name="api_token", value="s3cr3t-one", now=NOW)
    correct_value(actor=actor, state=row, value="s3cr3t-two", now=NOW)
    forget_value(actor=actor, state=row, now=NOW)
    details = [entry.detail for entry in AuditEntry.objects.filter(action__startswith="state.")]
    assert len(details) == 3
    assert "s3cr3t" not in str(details)


@pytest.mark.django_db(transaction=True)
def test_two_workers_lose_no_count(engine: Engine, publish_flow: Publish) -> None:
    """Two transactions that end runs at the same time, for values that are there and for one that is not yet."""
    workflow = publish_flow(a=state("increment"))
    ends = []
    for _ in range(8):
        run = Execution.objects.create(
            account_id=workflow.account_id, workflow=workflow, version=workflow.published_version, started_at=NOW
        )
        StateChange.objects.create(execution=run, is_shared=False, name="cursor", value=1)
        StateChange.objects.create(execution=run, is_shared=True, name="shared", value=2)
        ends.append(End(run.pk, workflow.account_id, workflow.pk, None, Execution.Status.COMPLETED))
    barrier = threading.Barrier(2)
    errors: list[Exception] = []

    def end(mine: list[End]) -> None:
        try:
            barrier.wait(10)
            for each in mine:
                with transaction.atomic():
                    keep_states([each], now=NOW)
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=end, args=(ends[number::2],)) for number in range(2)]
    if connection.vendor == "postgresql":
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    else:
        # There one writes at a time.
        for each in ends:
            keep_states([each], now=NOW)
    assert errors == []
    assert set(StateValue.objects.values_list("name", "value")) == {("cursor", 8), ("shared", 16)}
    keep_states([End(new_id(), workflow.account_id, workflow.pk, None, Execution.Status.COMPLETED)], now=NOW)
