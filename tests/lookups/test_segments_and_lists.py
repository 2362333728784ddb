"""Segments and lists in workflows: what a version keeps, who is started, and what is refused with the nearest name."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from opsflows.accounts.actor import Actor, Forbidden, system_actor
from opsflows.accounts.models import PlatformAccount
from opsflows.lookups.models import NamedList, Segment
from opsflows.lookups.save_list import change_list, create_list, remove_list
from opsflows.lookups.save_segment import change_segment, create_segment, remove_segment
from opsflows.runs.dry_run import dry_run
from opsflows.runs.models import Execution
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.index import current_index
from opsflows.workflows.inputs import inputs_of
from opsflows.workflows.models import Workflow
from opsflows.workflows.publish import publish
from opsflows.workflows.read_graph import read_graph
from opsflows.workflows.reference_users import drafts_naming, users_of
from opsflows.workflows.renew_references import renew_references
from opsflows.workflows.rule_form import to_graph
from opsflows.workflows.save_draft import create_workflow
from tests.runs.conftest import NOW
from tests.runs.engine import Engine

pytestmark = pytest.mark.django_db

LARGE = {"field": "employees", "operator": "greater_than", "value": 1000}
IN_EU = {"field": "country", "operator": "in_list", "value": "EU"}
ENTERPRISE = {"field": "", "operator": "in_segment", "value": "enterprise"}
SAY = {"type": "set", "values": {"said": "yes"}}


@pytest.fixture
def enterprise(actor: Actor, shipped: None) -> Segment:
    return create_segment(actor=actor, name="enterprise", conditions={"logic": "AND", "rules": [LARGE, IN_EU]})


def draft(actor: Actor, conditions: Any, name: str = "Rule", **rule: Any) -> Workflow:
    rule = {"trigger": "deal.won", "conditions": conditions, "actions": [SAY], **rule}
    return create_workflow(actor=actor, name=name, workflow_data=to_graph(rule))


def refusal(actor: Actor, conditions: Any) -> list[str]:
    with pytest.raises(InvalidDefinition) as caught:
        publish(actor=actor, workflow=draft(actor, conditions), now=NOW)
    return [str(problem) for problem in caught.value.problems]


def wrong(actor: Actor, conditions: Any, name: str = "new") -> str:
    with pytest.raises(ValidationError) as caught:
        create_segment(actor=actor, name=name, conditions=conditions)
    assert list(caught.value.message_dict) == ["conditions"]
    return " ".join(caught.value.messages)


@pytest.mark.django_db(transaction=True)
def test_an_entry_condition_starts_those_who_are_in_it_and_the_trace_says_why(
    engine: Engine, live: Callable[..., Workflow], enterprise: Segment
) -> None:
    live("deal.won", SAY, conditions={"rules": [ENTERPRISE]})
    for data in ({"employees": 2000, "country": "DE"}, {"employees": 2000, "country": "US"}, {"country": "DE"}):
        engine.emit("deal.won", **data)
    engine.settle()
    assert Execution.objects.count() == 1
    said = engine.output("conditions")["explanation"]
    assert said["children"][0]["sentence"] == "in segment “enterprise”: yes."
    assert 'country is on the list “EU”: yes, it is "DE".' in str(said)
    # What the step was given reads as it was written; the list's values are not told at every run.
    assert engine.steps("input_data")[0] == {"conditions": {"rules": [ENTERPRISE]}}


@pytest.mark.django_db(transaction=True)
def test_a_condition_within_a_run_goes_by_what_was_published(
    engine: Engine, live: Callable[..., Workflow], actor: Actor, enterprise: Segment
) -> None:
    ask = {"type": "condition", "id": "ask", "conditions": [{**ENTERPRISE, "operator": "not_in_segment"}]}
    live("deal.won", {"type": "delay", "duration": "1 day"}, ask)
    engine.emit("deal.won", employees=2000, country="DE")
    engine.settle()
    change_segment(actor=actor, segment=enterprise, conditions={"rules": [{**LARGE, "value": 9999}]}, description="")
    renew_references(actor=actor, kind="segment", name="enterprise", note="", now=engine.now)
    engine.emit("deal.won", employees=2000, country="DE")
    engine.pass_time(days=1)
    engine.pass_time(days=1)
    results = [output["result"] for output in engine.steps("output_data") if output and "result" in output]
    assert results == [False, True]


def test_a_draft_names_what_is_not_there_and_publishing_says_what_is_near(actor: Actor, enterprise: Segment) -> None:
    assert refusal(actor, {"rules": [LARGE, {**ENTERPRISE, "value": "enterprize"}]}) == [
        "nodes[conditions].config.conditions.rules[1].value: There is no segment 'enterprize'. "
        "Did you mean 'enterprise'?"
    ]
    [message] = refusal(actor, {**IN_EU, "value": "nordic"})
    assert message.endswith("There is no list 'nordic'. Did you mean 'Nordics'?")
    [message] = refusal(actor, {**IN_EU, "value": "zzz"})
    assert "Known are APAC, Benelux, BRICS" in message


def test_what_a_version_keeps_is_all_that_its_names_stand_for(
    live: Callable[..., Workflow], enterprise: Segment
) -> None:
    version = live("deal.won", SAY, conditions=ENTERPRISE).published_version
    assert version is not None
    assert version.references["segment"]["enterprise"]["conditions"]["rules"] == [LARGE, IN_EU]
    assert "DE" in version.references["list"]["EU"]["values"]
    read = inputs_of(read_graph(version.workflow_data), references=version.references, schema={})
    assert [(each.path, each.kind) for each in read] == [("employees", "number"), ("country", "text")]


def test_a_change_reaches_live_workflows_when_somebody_says_so(
    live: Callable[..., Workflow], actor: Actor, account: PlatformAccount, enterprise: Segment
) -> None:
    direct = live("deal.won", SAY, conditions=IN_EU, name="A")
    through = live("deal.won", SAY, conditions=ENTERPRISE, name="B")
    own = create_list(actor=actor, name="EU", values=["DE"])
    named = {"account_id": account.pk, "kind": "list", "name": "EU"}
    assert [(use.workflow, use.is_current) for use in users_of(**named)] == [(direct, False), (through, False)]
    assert drafts_naming(**named) == [direct]
    renewed = renew_references(actor=actor, kind="list", name="EU", note="New values of EU", now=NOW)
    assert renewed.done == [direct, through]
    through.refresh_from_db()
    assert through.published_version is not None
    assert through.published_version.references["list"]["EU"] == {"values": ["DE"]}
    assert all(use.is_current for use in users_of(**named))
    remove_list(actor=actor, named_list=own)
    assert not any(use.is_current for use in users_of(**named))


def test_a_segment_that_has_grown_too_large_is_not_forced_on_a_live_workflow(
    live: Callable[..., Workflow], actor: Actor, enterprise: Segment
) -> None:
    workflow = live("deal.won", SAY, conditions=[ENTERPRISE, *[LARGE] * 100])
    change_segment(actor=actor, segment=enterprise, conditions=[LARGE] * 150, description="")
    [(refused, reason)] = renew_references(actor=actor, kind="segment", name="enterprise", note="", now=NOW).refused
    assert refused == workflow
    assert "at most 200 are possible" in reason
    assert "at most 200 are possible" in refusal(actor, [ENTERPRISE, *[LARGE] * 100])[0]


def test_a_segment_is_a_condition_that_can_be(actor: Actor, enterprise: Segment) -> None:
    assert "at least one comparison" in wrong(actor, {"logic": "AND", "rules": []})
    assert wrong(actor, {"rules": [{"field": "a", "operator": "=", "value": 1}]}) == (
        'conditions.rules[0].operator: "=" is not an operator; did you mean equals?'
    )
    assert "There is no list 'EUU'. Did you mean 'EU'?" in wrong(actor, {"rules": [{**IN_EU, "value": "EUU"}]})


def test_segments_stand_in_one_another_and_never_in_a_circle(actor: Actor, enterprise: Segment) -> None:
    def naming(name: str) -> Any:
        return {"logic": "OR", "rules": [LARGE, {"operator": "in_segment", "value": name}]}

    two = create_segment(actor=actor, name="two", conditions=naming("enterprise"))
    create_segment(actor=actor, name="three", conditions=naming("two"))
    assert "stand in one another 3 deep" in wrong(actor, naming("three"))
    for circle in ("enterprise", "three"):
        with pytest.raises(ValidationError, match="leads back to it"):
            change_segment(actor=actor, segment=enterprise, conditions=naming(circle), description="")
    # Two people at once: whoever publishes hears of it.
    Segment.objects.filter(pk=enterprise.pk).update(conditions=naming("two"))
    assert "leads back to itself" in refusal(actor, ENTERPRISE)[0]
    remove_segment(actor=actor, segment=two)
    assert "There is no segment 'two'" in refusal(actor, ENTERPRISE)[0]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([], "Give at least one value."),
        (["  "], "Give at least one value."),
        ([str(number) for number in range(1001)], "1,001 values; a list has at most 1,000"),
        (["x" * 256], "has 256 characters"),
        (["{{country}}"], "is no plain text"),
    ],
)
def test_a_list_has_values_that_can_be_compared(actor: Actor, values: list[str], message: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(message)):
        create_list(actor=actor, name="new", values=values)


def test_a_list_holds_each_value_once(actor: Actor) -> None:
    assert create_list(actor=actor, name="new", values=[" b ", "a", "b", ""]).values == ["b", "a"]


def test_what_came_with_the_house_is_not_changed_nor_anothers(actor: Actor, shipped: None) -> None:
    theirs = NamedList.objects.get(name="DACH")
    with pytest.raises(Forbidden, match="make it yours"):
        change_list(actor=actor, named_list=theirs, values=["DE"], description="")
    other = PlatformAccount.objects.create(slug="other", name="Other")
    segment = create_segment(actor=system_actor(other.pk), name="theirs", conditions=[LARGE])
    with pytest.raises(Forbidden):
        remove_segment(actor=actor, segment=segment)
    assert (
        "There is no segment 'theirs'. There is none yet"
        in refusal(actor, {"operator": "in_segment", "value": "theirs"})[0]
    )


def test_a_dry_run_of_a_draft_takes_them_as_they_are_now(actor: Actor, enterprise: Segment) -> None:
    workflow = draft(actor, ENTERPRISE)
    tried = dry_run(actor=actor, workflow=workflow, data={"employees": 2000, "country": "DE"}, now=NOW)
    assert (tried.starts, tried.steps[0].explanation["segment"]) == (True, "enterprise")


PEOPLE = [{"country": "DE", "employees": 2000}, {"country": "US", "employees": 2000}]


@pytest.mark.parametrize(
    ("step", "answer"),
    [
        ({"type": "filter", "items": "{{people}}", "conditions": IN_EU}, {"count": 1, "dropped_count": 1}),
        ({"type": "filter", "items": "{{people}}", "conditions": {"rules": [ENTERPRISE]}}, {"count": 1}),
        (
            {"type": "score", "lines": [{"label": "Size", "conditions": ENTERPRISE, "points": 5}]},
            {"total": 5},
        ),
        (
            {"type": "condition", "cases": [{"name": "eu", "conditions": IN_EU}, {"name": "big", "conditions": LARGE}]},
            {"case": "eu"},
        ),
        (
            {
                "type": "validate",
                "input": {"country": "US"},
                "conditions": [{"conditions": IN_EU, "message": "Only in the EU."}],
            },
            {"valid": False, "count": 1},
        ),
    ],
    ids=["filter", "filter by segment", "score", "cases", "validate"],
)
def test_they_stand_wherever_a_condition_may(
    actor: Actor, enterprise: Segment, step: dict[str, Any], answer: dict[str, Any]
) -> None:
    workflow = draft(actor, None, actions=[{"id": "step", **step}])
    data = {"people": PEOPLE, "employees": 2000, "country": "DE"}
    tried = dry_run(actor=actor, workflow=workflow, data=data, now=NOW).steps[0]
    assert tried.error is None
    assert {name: tried.output[name] for name in answer} == answer


def test_the_index_asks_no_more_for_names(live: Callable[..., Workflow], enterprise: Segment) -> None:
    for number in range(3):
        live("deal.won", SAY, conditions=ENTERPRISE, name=f"Rule {number}")
    with CaptureQueriesContext(connection) as captured:
        current_index()
    assert len(captured) <= 3
