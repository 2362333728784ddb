"""The index of live workflows: it finds what brute force finds, and is never older than whoever asks."""

import uuid
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from opsflows.accounts.actor import Actor
from opsflows.accounts.models import PlatformAccount
from opsflows.rules import Clock, compile_condition
from opsflows.workflows.activate import set_active
from opsflows.workflows.cache import definition
from opsflows.workflows.entry_parts import parts_of
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.index import Index, current_index
from opsflows.workflows.matching import Listener
from opsflows.workflows.models import Workflow, WorkflowVersion
from opsflows.workflows.publish import publish
from opsflows.workflows.rule_form import to_graph
from opsflows.workflows.save_draft import update_draft
from opsflows.workflows.settings import RunSettings
from tests.workflows.conftest import actor_in, draft
from tests.workflows.rules import DEAL_ALERT

CLOCK = Clock(datetime(2030, 3, 1, tzinfo=UTC), ZoneInfo("UTC"))
ACCOUNT = uuid.uuid4()
DEAL = {"value": 150000, "vendor": "aws"}

scalars = st.sampled_from(["aws", "1", "1.0", "true", "", 1, 2, Decimal("1.0"), True, False, None, "azure"])
fields = st.sampled_from(["a", "b", "c.d"])
leaves = st.one_of(
    st.builds(lambda field, value: {"field": field, "operator": "equals", "value": value}, fields, scalars),
    st.builds(
        lambda field, value: {"field": field, "operator": "in", "value": value},
        fields,
        st.lists(scalars, min_size=1, max_size=3) | st.just(list(range(150))),
    ),
    st.builds(lambda field: {"field": field, "operator": "is_true"}, fields),
    st.builds(lambda field: {"field": field, "operator": "is_empty"}, fields),
    st.builds(lambda field: {"field": field, "operator": "not_equals", "value": "aws"}, fields),
    st.builds(lambda field, other: {"field": field, "operator": "equals", "value": f"{{{{{other}}}}}"}, fields, fields),
)
conditions = st.recursive(
    leaves,
    lambda inner: st.builds(
        lambda logic, rules: {"logic": logic, "rules": rules},
        st.sampled_from(["AND", "OR", "NOT"]),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=4,
)
payloads: Any = st.fixed_dictionaries(
    {},
    optional={
        "a": scalars | st.lists(scalars, max_size=2),
        "b": scalars,
        "c": st.fixed_dictionaries({}, optional={"d": scalars}) | scalars,
    },
)


def listener_to(event: str, tree: Any, account_id: uuid.UUID = ACCOUNT) -> Listener:
    return Listener(account_id, uuid.uuid4(), uuid.uuid4(), event, RunSettings(), None, parts_of(tree))


@given(st.lists(st.none() | conditions, max_size=8), st.lists(payloads, min_size=1, max_size=4))
def test_the_index_finds_what_brute_force_finds(trees: list[Any], events: list[dict[str, Any]]) -> None:
    members = [listener_to("order.shipped", tree) for tree in trees]
    index = Index([*members, listener_to("order.sent", None), listener_to("order.shipped", None, uuid.uuid4())])
    for scope in events:
        wanted = [
            member.version_id
            for member, tree in zip(members, trees, strict=True)
            if compile_condition(tree).matches(scope, CLOCK)
        ]
        found = [listener.version_id for listener in index.listeners(ACCOUNT, "order.shipped", scope, CLOCK)]
        assert sorted(found) == sorted(wanted)


def test_only_those_that_can_match_are_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cost follows the matches: of a thousand workflows on one event, ten are looked at."""
    members = [
        listener_to(
            "order.shipped",
            [
                {"field": "kind", "operator": "equals", "value": "order"},
                {"field": "customer.id", "operator": "equals", "value": f"c{number % 100}"},
            ],
        )
        for number in range(1000)
    ]
    asked: list[Listener] = []
    matches = Listener.matches
    monkeypatch.setattr(Listener, "matches", lambda self, *given: (asked.append(self), matches(self, *given))[1])
    scope = {"kind": "order", "customer": {"id": "c7"}}
    found = Index(members).listeners(ACCOUNT, "order.shipped", scope, CLOCK)
    assert found == asked == members[7::100]


def test_conditions_that_say_the_same_share_memory() -> None:
    same = {"field": "value", "operator": "equals", "value": 1}
    others: list[Any] = [{**same, "value": value} for value in (1, "1", True, Decimal("1.0"))]
    assert parts_of([same])[0] is parts_of({"rules": [dict(same)]})[0]
    assert len({parts_of([other])[0] for other in others}) == 4


def found_by(
    workflow: Workflow, scope: dict[str, Any] = DEAL, event: str = "private_offer.accepted"
) -> list[uuid.UUID]:
    return [listener.version_id for listener in current_index().listeners(workflow.account_id, event, scope, CLOCK)]


def test_a_draft_listens_to_nothing(workflow: Workflow) -> None:
    assert found_by(workflow) == []


def test_what_is_published_listens_at_once_and_until_it_is_switched_off(
    editor: Actor, workflow: Workflow, now: datetime
) -> None:
    version = publish(actor=editor, workflow=workflow, now=now)
    assert found_by(workflow) == [version.id]
    assert found_by(workflow, {**DEAL, "vendor": "azure"}) == []
    set_active(actor=editor, workflow=workflow, active=False, now=now)
    assert found_by(workflow) == []
    set_active(actor=editor, workflow=workflow, active=True, now=now)
    assert found_by(workflow) == [version.id]


def test_a_new_version_takes_the_place_of_the_old(editor: Actor, workflow: Workflow, now: datetime) -> None:
    publish(actor=editor, workflow=workflow, now=now)
    assert len(found_by(workflow)) == 1
    moved = to_graph({**DEAL_ALERT, "trigger": "private_offer.sent"})
    workflow = update_draft(actor=editor, workflow=workflow, revision=1, workflow_data=moved)
    second = publish(actor=editor, workflow=workflow, now=now)
    assert found_by(workflow) == []
    assert found_by(workflow, event="private_offer.sent") == [second.id]


def test_accounts_do_not_hear_each_other(
    editor: Actor, other: PlatformAccount, workflow: Workflow, now: datetime
) -> None:
    publish(actor=editor, workflow=workflow, now=now)
    theirs = draft(actor_in(other))
    version = publish(actor=actor_in(other), workflow=theirs, now=now)
    assert found_by(theirs) == [version.id]


def test_a_listener_knows_how_its_run_begins(editor: Actor, now: datetime) -> None:
    workflow = draft(editor, priority="urgent", timeout="2 days")
    publish(actor=editor, workflow=workflow, now=now)
    [listener] = current_index().listeners(workflow.account_id, "private_offer.accepted", DEAL, CLOCK)
    assert (listener.priority, listener.first_node) == ("urgent", "conditions")
    assert listener.settings.timeout.days == 2


def test_nothing_changed_costs_one_query(editor: Actor, workflow: Workflow, now: datetime) -> None:
    publish(actor=editor, workflow=workflow, now=now)
    current_index()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        current_index()
    assert len(queries) == 1


def test_a_change_reads_only_what_is_new(editor: Actor, workflow: Workflow, now: datetime) -> None:
    publish(actor=editor, workflow=workflow, now=now)
    current_index()
    second = publish(actor=editor, workflow=draft(editor), now=now)
    with CaptureQueriesContext(connection) as queries:
        current_index()
    reads = [query["sql"] for query in queries if 'FROM "workflow_versions"' in query["sql"]]
    assert len(reads) == 1
    assert second.id.hex in reads[0].replace("-", "")
    assert workflow.published_version_id.hex not in reads[0].replace("-", "")


def test_a_version_that_cannot_run_any_more_does_not_silence_the_others(
    editor: Actor, workflow: Workflow, now: datetime
) -> None:
    """It listens, and the run it starts fails where somebody sees why."""
    good = publish(actor=editor, workflow=workflow, now=now)
    spoilt = publish(actor=editor, workflow=draft(editor), now=now)
    leaf = {"field": "value", "operator": "retired", "value": 1}
    WorkflowVersion.objects.filter(pk=spoilt.pk).update(workflow_data=to_graph({**DEAL_ALERT, "conditions": leaf}))
    assert set(found_by(workflow)) == {good.id, spoilt.id}
    with pytest.raises(InvalidDefinition, match="retired"):
        definition(spoilt.id)
