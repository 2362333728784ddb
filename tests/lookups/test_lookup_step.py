"""The lookup step: rows as they stood when the workflow was published, found by exact or by like keys."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from opsflows.accounts.actor import Actor, Forbidden, system_actor
from opsflows.accounts.models import PlatformAccount
from opsflows.lookups import snapshots
from opsflows.lookups.models import LookupSnapshot, LookupTable
from opsflows.lookups.save_table import change_table, create_table, remove_table, set_rows
from opsflows.lookups.snapshots import content_of, rows_of
from opsflows.lookups.table_content import Column
from opsflows.runs.dry_run import dry_run
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.models import Workflow
from opsflows.workflows.reference_users import drafts_naming, users_of
from opsflows.workflows.renew_references import renew_references
from opsflows.workflows.rule_form import to_graph
from opsflows.workflows.save_draft import create_workflow
from tests.runs.conftest import NOW
from tests.runs.engine import Engine

pytestmark = pytest.mark.django_db

COLUMNS = [Column("partner"), Column("discount", "number"), Column("owner")]
STEP = {"type": "lookup", "id": "look", "table": "discounts", "key": "{{partner}}"}


@pytest.fixture(autouse=True)
def forgetful() -> None:
    """Ids are new in each test, but nothing is left over either."""
    snapshots._read.clear()


@pytest.fixture
def table(actor: Actor) -> LookupTable:
    table = create_table(actor=actor, name="discounts", columns=COLUMNS)
    return filled(actor, table, ["acme", "12.50", "ann"], ["Globex", "5", ""])


def filled(actor: Actor, table: LookupTable, *rows: list[str]) -> LookupTable:
    return set_rows(actor=actor, table=table, rows=rows, seen=content_of(table.snapshot).hash)


def tried(actor: Actor, workflow: Workflow, published: bool = False, **data: Any) -> Any:
    return dry_run(actor=actor, workflow=workflow, data=data, published=published, now=NOW).steps[0]


def draft(actor: Actor, *actions: dict[str, Any]) -> Workflow:
    rule = {"trigger": "deal.won", "actions": list(actions)}
    return create_workflow(actor=actor, name="Rule", workflow_data=to_graph(rule))


@pytest.mark.parametrize(
    ("step", "partner", "outcome", "row"),
    [
        ({}, "acme", "found", {"partner": "acme", "discount": Decimal("12.50"), "owner": "ann"}),
        ({}, " Globex ", "found", {"partner": "Globex", "discount": 5, "owner": None}),
        ({}, "globex", "missing", None),
        ({"ignoreCase": True}, "GLOBEX", "found", {"partner": "Globex", "discount": 5, "owner": None}),
        ({}, "", "missing", None),
        ({"default": {"discount": 0}}, "other", "found", {"partner": None, "discount": 0, "owner": None}),
    ],
)
def test_a_row_is_found_by_its_key(
    actor: Actor, table: LookupTable, step: dict[str, Any], partner: str, outcome: str, row: Any
) -> None:
    found = tried(actor, draft(actor, STEP | step), partner=partner)
    assert (found.outcome, found.output["row"]) == (outcome, row)
    assert found.output["found"] is (row is not None and "default" not in step)


def test_keys_that_differ_in_capitals_alone_are_asked_about(actor: Actor, table: LookupTable) -> None:
    filled(actor, table, ["aB", "1", ""], ["Ab", "2", ""])
    step = STEP | {"ignoreCase": True}
    assert tried(actor, draft(actor, step), partner="aB").output["row"]["discount"] == 1
    assert 'may be "aB" or "Ab"; spell it as one of them' in tried(actor, draft(actor, step), partner="AB").error


def test_what_is_missing_in_the_step_or_the_account_is_said_at_its_field(actor: Actor, table: LookupTable) -> None:
    def problems(**step: Any) -> list[str]:
        with pytest.raises(InvalidDefinition) as caught:
            tried(actor, draft(actor, STEP | step))
        return [str(problem) for problem in caught.value.problems]

    assert problems(table="discount") == [
        "nodes[look].config.table: There is no lookup table 'discount'. Did you mean 'discounts'?"
    ]


def test_a_published_workflow_keeps_its_rows_until_it_is_given_the_new_ones(
    live: Callable[..., Workflow], actor: Actor, account: PlatformAccount, table: LookupTable
) -> None:
    workflow = live("deal.won", STEP)
    table = filled(actor, table, ["acme", "20", "ann"])
    assert tried(actor, workflow, partner="acme").output["row"]["discount"] == 20
    assert tried(actor, workflow, published=True, partner="acme").output["row"]["discount"] == Decimal("12.50")
    named = {"account_id": account.pk, "kind": "lookup", "name": "discounts"}
    assert [(use.workflow, use.is_current) for use in users_of(**named)] == [(workflow, False)]
    renewed = renew_references(actor=actor, kind="lookup", name="discounts", note="New rows", now=NOW)
    assert (renewed.done, renewed.refused) == ([workflow], [])
    workflow.refresh_from_db()
    assert tried(actor, workflow, published=True, partner="acme").output["row"]["discount"] == 20
    assert [use.is_current for use in users_of(**named)] == [True]
    # What is as it was before is the same snapshot, and makes no version anew.
    filled(actor, table, ["acme", "20", "ann"])
    assert renew_references(actor=actor, kind="lookup", name="discounts", note="", now=NOW).done == []


def test_a_version_holds_no_rows(live: Callable[..., Workflow], table: LookupTable) -> None:
    version = live("deal.won", STEP).published_version
    assert version is not None
    assert version.references["lookup"]["discounts"] == {
        "hash": table.snapshot.content_hash,
        "columns": ["partner", "discount", "owner"],
    }


def test_rows_are_read_once_a_process_and_never_across_accounts(account: PlatformAccount, table: LookupTable) -> None:
    wanted = table.snapshot.content_hash
    with CaptureQueriesContext(connection) as captured:
        assert rows_of(account.pk, wanted) is rows_of(account.pk, wanted)
    assert len(captured) == 1
    with pytest.raises(LookupSnapshot.DoesNotExist):
        rows_of(uuid.uuid4(), wanted)


def test_memory_has_a_bound(
    account: PlatformAccount, actor: Actor, table: LookupTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "MAX_CELLS", 7)
    first = table.snapshot.content_hash
    second = filled(actor, table, ["x", "1", ""]).snapshot.content_hash
    rows_of(account.pk, first)
    rows_of(account.pk, second)
    assert [content_hash for _, content_hash in snapshots._read] == [second]


@pytest.mark.django_db(transaction=True)
def test_a_run_looks_up_what_it_began_with_also_after_the_table_is_gone(
    engine: Engine, live: Callable[..., Workflow], actor: Actor, table: LookupTable
) -> None:
    say = {"type": "set", "id": "say", "values": {"text": "{{steps.look.output.row.discount}} for {{partner}}"}}
    live("deal.won", {"type": "delay", "duration": "2 days"}, STEP, say)
    engine.emit("deal.won", partner="acme")
    engine.settle()
    remove_table(actor=actor, table=filled(actor, table, ["acme", "99", ""]))
    engine.crash()
    engine.pass_time(days=2)
    assert engine.output("say") == {"text": "12.50 for acme"}
    assert engine.now == NOW + timedelta(days=2)


def test_columns_change_and_values_follow_their_type(actor: Actor, table: LookupTable) -> None:
    seen = table.snapshot.content_hash
    wanted = [(Column("partner"), "partner"), (Column("percent"), "discount"), (Column("note"), "")]
    table = change_table(actor=actor, table=table, columns=wanted, description="What partners get", seen=seen)
    assert content_of(table.snapshot).rows == (("acme", "12.50", None), ("Globex", "5", None))
    back = [(Column("partner"), "partner"), (Column("note", "number"), "percent")]
    table = filled(actor, table, ["acme", "a lot", ""])
    with pytest.raises(ValidationError, match=r"The row “acme”, note: .a lot. is not a number"):
        change_table(actor=actor, table=table, columns=back, description="", seen=table.snapshot.content_hash)
    with pytest.raises(ValidationError, match="The first column stays the key, partner"):
        change_table(actor=actor, table=table, columns=back[1:], description="", seen=table.snapshot.content_hash)


def test_nobody_writes_over_what_they_have_not_seen(actor: Actor, table: LookupTable) -> None:
    seen = table.snapshot.content_hash
    filled(actor, table, ["acme", "1", ""])
    with pytest.raises(ValidationError, match="Somebody else saved other rows in between"):
        set_rows(actor=actor, table=table, rows=[["x", "", ""]], seen=seen)


def test_names_are_there_once_and_of_one_account(actor: Actor, table: LookupTable) -> None:
    with pytest.raises(ValidationError, match="There is “discounts” already"):
        create_table(actor=actor, name=" Discounts ", columns=COLUMNS)
    with pytest.raises(ValidationError, match="A name has 1 to 100 letters"):
        create_table(actor=actor, name="{{x}}", columns=COLUMNS)
    other = PlatformAccount.objects.create(slug="other", name="Other")
    assert create_table(actor=system_actor(other.pk), name="discounts", columns=COLUMNS).pk != table.pk
    with pytest.raises(Forbidden):
        filled(system_actor(other.pk), table, ["x", "1", ""])


def test_drafts_that_name_it_are_known(actor: Actor, account: PlatformAccount, table: LookupTable) -> None:
    named = draft(actor, STEP)
    draft(actor, {"type": "set", "values": {"x": "discounts"}})
    assert drafts_naming(account_id=account.pk, kind="lookup", name="discounts") == [named]


def test_history_tells_how_many_rows_there_were(actor: Actor, table: LookupTable) -> None:
    filled(actor, table, ["x", "1", ""])
    counts = [row.snapshot.row_count for row in table.history.all()]
    assert counts == [1, 2, 0]
