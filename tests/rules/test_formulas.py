"""Formulas: exact, and nothing but formulas."""

import contextlib
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsflows.rules import Clock, FormulaError, RuleError, compile_formula
from tests.rules.values import CLOCK, json_values

EVENT: dict[str, Any] = {
    "usage": 80,
    "satisfaction": Decimal("9.5"),
    "deal": {"lines": [{"amount": "7"}]},
    "vendor": "aws",
    "zero": 0,
    "scores": [1, 2, 3],
    "min": 5,
    "none": None,
    "due": "2026-03-20T15:00:00+01:00",
    "day": "2026-03-22",
}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("usage * 0.4 + satisfaction * 0.3", Decimal("34.85")),
        ("0.1 + 0.2", Decimal("0.3")),
        ("deal.lines.0.amount * 2", Decimal(14)),
        ("{{usage}} / {{ deal.lines.0.amount }} > 11", True),
        ("-(usage - 100) % 7", Decimal(6)),
        ("round(2.5) + round(1.005, 2)", Decimal("4.01")),
        ("min(scores) + max(1, usage) + sum(scores) + min", Decimal(92)),
        ("abs(-3)", Decimal(3)),
        ("if_else(zero > 0, usage / zero, 0)", Decimal(0)),
        ("if_else(vendor = 'aws' and not zero, 'yes', 'no')", "yes"),
        ('vendor == "or" OR usage >= 80', True),
        ("today > '2026-01-01'", True),
        ("true == false", False),
        ("minutes_between(now, due)", Decimal(55)),
        ("hours_between(due, '2026-03-20T13:30:00Z')", Decimal("-0.5")),
        ("days_between(today, day) + days_between(day, '2026-04-01')", Decimal(12)),
        # A Sunday of 23 hours lies in between.
        ("hours_between('2026-03-28', '2026-03-30T00:00:00')", Decimal(47)),
    ],
)
def test_result(clock: Clock, source: str, expected: object) -> None:
    result = compile_formula(source).evaluate(EVENT, clock)
    assert result == expected
    assert type(result) is type(expected)


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("usage / zero", "divided by zero"),
        ("usage % zero", "divided by zero"),
        ("gone + 1", "gone is not in the event"),
        ("none + 1", "none is null"),
        ("vendor * 3", '"aws" is not a number'),
        ("vendor > 3", "cannot be compared"),
        ("true + 1", "true is not a number"),
        ("round(usage, 99)", "0 to 20"),
        ("big * big", "too large"),
        ("minutes_between(now, vendor)", '"aws" is not a date'),
        ("days_between('0001-01-01', now)", "no date that can be calculated with"),
    ],
)
def test_no_result_for_this_event(clock: Clock, source: str, says: str) -> None:
    with pytest.raises(FormulaError, match=says):
        compile_formula(source).evaluate(EVENT | {"big": Decimal("1E1000")}, clock)


@pytest.mark.parametrize(
    "source",
    [
        "",
        "1 +",
        "a b",
        "a.b c",
        "2x",
        "1e5",
        "usage ** 2",
        "1 << 2",
        "5 // 2",
        "(1, 2)",
        "[1]",
        "{1}",
        "a[0]",
        "lambda: 1",
        "foo(1)",
        "a(1)(2)",
        "'x'(1)",
        "min.x(1)",
        "().__class__",
        "''.join(a)",
        "__import__('os')",
        "f'{a}'",
        "a := 1",
        "a; b",
        "round(1, 2, 3)",
        "max()",
        "min(*scores)",
        "if_else(1, 2)",
        "days_between(now)",
        "`a`",
        "a if b else c",
        "x = 'unclosed",
        "a\\b",
        "1 @ 2",
        "-" * 400 + "1",
        "+".join("1" * 400),
        "(" * 300 + "1" + ")" * 300,
        "a" * 2000,
    ],
)
def test_what_is_no_formula_is_refused(source: str) -> None:
    with pytest.raises(RuleError):
        compile_formula(source, path="score")


def test_names_of_python_are_just_fields(clock: Clock) -> None:
    event = {"class": 1, "import": {"__class__": 2}, "v0": 3}
    assert compile_formula("class + import.__class__ + v0").evaluate(event, clock) == 6
    with pytest.raises(FormulaError, match="not in the event"):
        compile_formula("class.__class__").evaluate(event, clock)


def test_the_paths_it_reads() -> None:
    assert compile_formula("a.b * 2 + max(c, 'text', 1)").variables == {"a.b", "c"}


@given(
    st.lists(
        st.sampled_from(
            ["a", "b.c", "1", "2.5", "'x'", "+", "-", "*", "/", "%", "(", ")", ",", "min", "if_else", "not", "and"]
        )
        | st.sampled_from(["==", "<", ">=", "=", " ", "round", "sum", "max(", "abs(", "true", "null", ".", "**", "//"]),
        max_size=12,
    ).map(" ".join),
    st.fixed_dictionaries({"a": json_values, "b": st.fixed_dictionaries({"c": json_values})}),
)
def test_no_formula_and_no_event_makes_any_other_error(source: str, event: dict[str, Any]) -> None:
    with contextlib.suppress(RuleError, FormulaError):
        compile_formula(source).evaluate(event, CLOCK)
