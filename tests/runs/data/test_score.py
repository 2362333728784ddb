"""Scores, their tiers, and why."""

from decimal import Decimal
from typing import Any

import pytest

from tests.runs.data.asking import ask, done, failed, problems


def leaf(field: str, operator: str, value: Any) -> dict[str, Any]:
    return {"field": field, "operator": operator, "value": value}


def line(label: str, points: Any, *conditions: Any) -> dict[str, Any]:
    return {"label": label, "points": points, "conditions": conditions[0] if len(conditions) == 1 else list(conditions)}


#: Patterns, 4.
URGENCY = [
    line("Company size", 40, leaf("company_size", "greater_than", 1000)),
    line("Revenue", 30, leaf("revenue", "greater_than", 100_000_000)),
    line("Industry", 20, leaf("industry", "in", ["SaaS", "Technology"])),
    line("Urgent", 10, leaf("message", "contains", "urgent")),
]
BANDS = [{"tier": "critical", "above": 80}, {"tier": "high", "at_least": 50}, {"tier": "normal"}]


@pytest.mark.parametrize(
    ("lead", "total", "tier"),
    [
        ({"company_size": 1200, "revenue": 200_000_000, "industry": "SaaS", "message": "URGENT!"}, 100, "critical"),
        ({"company_size": 1200, "revenue": 200_000_000, "message": "urgent"}, 80, "high"),
        ({"company_size": 1200, "message": "urgent"}, 50, "high"),
        ({"company_size": "1200"}, 40, "normal"),
        ({}, 0, "normal"),
    ],
)
def test_priority_of_an_alert(lead: dict[str, Any], total: int, tier: str) -> None:
    found = done("score", lead, lines=URGENCY, bands=BANDS)
    assert (found["total"], found["tier"]) == (total, tier)


def test_a_lead_score_and_why() -> None:
    """Patterns, 7: 55 of 100, because the industry is no target."""
    lead = {"employee_count": 250, "industry": "Manufacturing", "annual_revenue": 50_000_000}
    lines = [
        line("Employees", 30, leaf("employee_count", "greater_than", 200)),
        line("Industry", 20, leaf("industry", "in", ["SaaS", "Technology"])),
        line("Revenue", 25, leaf("annual_revenue", "greater_than", 10_000_000)),
    ]
    bands = [{"tier": "Enterprise", "above": 80}, {"tier": "Mid-Market", "above": 50}]
    outcome = ask("score", {"lead": lead}, input="{{lead}}", lines=lines, bands=bands, save_as="lead_score")
    assert outcome.variables == {"lead_score": 55}  # type: ignore[union-attr]
    found = outcome.output  # type: ignore[union-attr]
    assert (found["total"], found["tier"]) == (55, "Mid-Market")
    assert found["lines"][1] == {
        "label": "Industry",
        "held": False,
        "points": 0,
        "why": 'industry is one of ["SaaS","Technology"]: no, it is "Manufacturing".',
    }
    assert found["explanation"] == "55 points, tier Mid-Market: Employees +30, Revenue +25."


def test_with_an_input_nothing_else_is_looked_at() -> None:
    scope = {"lead": {"size": 5}, "industry": "SaaS", "steps": {"a0": {"output": 9}}}
    lines = [
        line("Industry", 1, leaf("industry", "equals", "SaaS")),
        line("Step", 10, leaf("steps.a0.output", "equals", 9)),
        line("Size", 100, leaf("size", "equals", 5)),
    ]
    assert done("score", scope, input="{{lead}}", lines=lines)["total"] == 110
    assert "must be an object" in failed("score", {"lead": [1]}, input="{{lead}}", lines=lines)
    assert "missing or empty" in failed("score", {}, input="{{lead}}", lines=lines)


def test_the_score_stays_between_its_bounds() -> None:
    lines = [line("Bad", -50, leaf("a", "equals", 1)), line("Good", Decimal("70.5"), leaf("b", "equals", 1))]
    low = done("score", {"a": 1}, lines=lines, lowest=0)
    assert (low["total"], low["tier"]) == (0, None)
    assert low["explanation"] == "0 points: Bad -50. The lines come to -50, which is held at 0."
    assert done("score", {"b": 1}, lines=lines, start=40, highest=100)["total"] == 100
    assert done("score", {}, lines=lines, start=40)["explanation"] == "40 points: no line holds."


def test_why_names_every_comparison_of_a_group() -> None:
    group = {"logic": "OR", "rules": [leaf("a", "equals", 1), leaf("b", "equals", 2)]}
    [found] = done("score", {"a": 5}, lines=[line("Any", 1, group)])["lines"]
    assert found["why"] == "a equals 1: no, it is 5. b equals 2: no, the event has no b."


def test_problems_name_their_place() -> None:
    good = line("A", 1, leaf("a", "equals", 1))

    def places(*bands: dict[str, Any], **rest: Any) -> set[str]:
        return set(problems("score", **{"lines": [good], "bands": list(bands), **rest}))

    assert places(lines=[]) == {"lines"}
    assert places(lines=[good, line(" ", 1, {})]) == {"lines[1].label", "lines[1].conditions"}
    assert places(lines=[line("A", "many", leaf("a", "equals", 1))]) == {"lines[0].points"}
    assert places(lines=[line("A", 1, leaf("a", "eq", 1))]) == {"lines[0].conditions.operator"}
    assert places(lowest=5, highest=1) == {"lowest"}
    assert places(input="the {{lead}}") == {"input"}
    assert places({"tier": "a", "above": 1, "at_least": 1}) == {"bands[0].above"}
    assert places({"tier": "a"}, {"tier": "b", "above": 1}) == {"bands[0]"}
    assert places({"tier": "a", "at_least": 1}, {"tier": "b", "above": 1}) == {"bands[1]"}
    assert places({"tier": "a", "above": 1}, {"tier": "b", "at_least": 1}) == set()
    assert places({"tier": "a", "above": 1}, {"tier": "a"}) == {"bands[1].tier"}
