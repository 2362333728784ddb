"""Figures over lists, and formulas."""

from decimal import Decimal
from statistics import median, pstdev, stdev
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.runs.data.asking import ask, done, failed, problems

SALES = [
    {"region": "EMEA", "amount": "10.50", "won": True},
    {"region": "APAC", "amount": 4},
    {"region": "EMEA", "amount": None},
    {"region": None, "amount": Decimal("0.1")},
]


def over(values: Any, function: str, **row: Any) -> Any:
    aggregate = {"name": "x", "function": function, "items": "{{v}}", **row}
    return done("calculate", {"v": values}, aggregates=[aggregate])["x"]


def test_how_far_a_metric_is_from_its_baseline() -> None:
    """Patterns, 5: five sign-ups where 45 are usual and 8 the standard deviation."""
    history = [{"count": n} for n in (37, 53, 37, 53)]
    found = done(
        "calculate",
        {"history": history, "current": 5},
        aggregates=[
            {"name": "avg", "function": "average", "items": "{{history}}", "field": "count"},
            {"name": "std_dev", "function": "standard_deviation_of_all", "items": "{{history}}", "field": "count"},
        ],
        formulas=[
            {"name": "deviation", "formula": "(current - avg) / std_dev", "decimals": 2},
            {"name": "below", "formula": "round((avg - current) / avg * 100)"},
            {"name": "is_anomaly", "formula": "deviation < -2"},
        ],
    )
    expected = {"avg": 45, "std_dev": 8, "deviation": -5, "below": 89, "is_anomaly": True}
    assert found == expected


def test_a_health_score_and_what_it_means() -> None:
    """Patterns, 3."""
    scope = {"usage_score": 40, "satisfaction_score": "55", "payment_score": Decimal("62.5")}
    formulas = [
        {"name": "health_score", "formula": "usage_score * 0.4 + satisfaction_score * 0.3 + payment_score * 0.3"},
        {"name": "churn_risk", "formula": 'if_else(health_score < 50, "high", "low")'},
    ]
    outcome = ask("calculate", scope, formulas=formulas, save_as="derived")
    figures = {"health_score": Decimal("51.25"), "churn_risk": "low"}
    assert outcome.output == figures  # type: ignore[union-attr]
    assert outcome.variables == {**figures, "derived": figures}  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("function", "expected"),
    [("count", 3), ("sum", Decimal("14.60")), ("min", Decimal("0.1")), ("max", Decimal("10.5")), ("median", 4)],
)
def test_what_is_empty_is_left_out(function: str, expected: Any) -> None:
    assert over(SALES, function, field="amount") == expected


def test_a_figure_for_each_group() -> None:
    assert over(SALES, "sum", field="amount", group_by="region", decimals=1) == [
        {"group": "EMEA", "value": Decimal("10.5"), "count": 2},
        {"group": "APAC", "value": 4, "count": 1},
        {"group": None, "value": Decimal("0.1"), "count": 1},
    ]
    assert [row["value"] for row in over(SALES, "count", group_by="region")] == [2, 1, 1]


@pytest.mark.parametrize("function", ["average", "min", "max", "median", "standard_deviation"])
def test_nothing_to_calculate_from(function: str) -> None:
    assert over([], function) is None
    assert over([{}], function, field="n", if_empty=0) == 0
    assert over(None, function, optional=True) is None
    assert over([], "sum") == 0
    assert over([], "count") == 0


def test_a_deviation_of_one_number_is_not_known() -> None:
    assert over([3], "standard_deviation") is None
    assert over([3], "standard_deviation_of_all") == 0


@given(st.lists(st.integers(-(10**6), 10**6), min_size=2, max_size=20))
def test_figures_are_those_of_the_standard_library(numbers: list[int]) -> None:
    assert over(numbers, "average", decimals=10) == round(Decimal(sum(numbers)) / len(numbers), 10)
    assert over(numbers, "median") == Decimal(str(median(numbers)))
    assert float(over(numbers, "standard_deviation")) == pytest.approx(stdev(numbers))
    assert float(over(numbers, "standard_deviation_of_all")) == pytest.approx(pstdev(numbers))


def test_why_it_fails() -> None:
    assert (
        failed(
            "calculate",
            {"v": [{"n": 1}, {"n": "many"}]},
            aggregates=[{"name": "x", "function": "sum", "items": "{{v}}", "field": "n"}],
        )
        == 'x: n: item 2 has "many", which is no number.'
    )
    assert "aggregates[0].items" in failed(
        "calculate", {}, aggregates=[{"name": "x", "function": "sum", "items": "{{v}}"}]
    )
    assert failed("calculate", {"a": 0}, formulas=[{"name": "x", "formula": "1 / a"}]).startswith("x: ")
    assert "no number to round" in failed("calculate", {}, formulas=[{"name": "x", "formula": '"a"', "decimals": 1}])
    big = "9" * 120
    assert "too large" in failed("calculate", {"a": big}, formulas=[{"name": "x", "formula": "a * 1", "decimals": 2}])


def test_problems_name_their_place() -> None:
    assert problems("calculate").keys() == {"formulas"}
    rows: Any = [
        {"name": "a", "formula": "1 +"},
        {"name": "2b", "formula": "1"},
        {"name": "a", "formula": "1"},
        {"name": "true", "formula": "1"},
    ]
    assert "formulas[0].formula" in problems("calculate", formulas=rows)
    rows[0]["formula"] = "1"
    assert problems("calculate", formulas=rows).keys() == {"formulas[1].name", "formulas[2].name", "formulas[3].name"}
    aggregate = {"name": "x", "function": "sum", "items": "a", "field": "", "group_by": "{{g}}"}
    places = {"aggregates[0].items", "aggregates[0].field", "aggregates[0].group_by"}
    assert problems("calculate", aggregates=[aggregate]).keys() == places
    assert "aggregates[0].function" in problems("calculate", aggregates=[{**aggregate, "function": "mode"}])
