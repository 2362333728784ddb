"""JSON: read, picked from, built, written."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.runs.data.asking import done, failed, problems

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals(-(10**6), 10**6, places=2) | st.text('aé\n"\\', max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab.", max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(values.filter(lambda value: value is not None))
def test_what_was_written_is_read_again(value: Any) -> None:
    text = done("json", {"v": value}, do="write", input="{{v}}")["result"]
    assert done("json", {"t": text}, do="parse", text="{{t}}")["result"] == value


def test_money_stays_exact() -> None:
    found = done("json", {"t": '{"amount": 99.10}'}, do="parse", text="{{t}}")["result"]["amount"]
    assert (found, str(found)) == (Decimal("99.10"), "99.10")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "Not valid JSON"),
        ('{"a": NaN}', "NaN"),
        ("[" * 100 + "]" * 100, "deeper"),
        (" " * 1_000_001, "at most 1,000,000"),
        (None, "not null"),
        ({"a": 1}, "read already"),
    ],
)
def test_a_text_that_cannot_be_read(text: Any, why: str) -> None:
    assert why in failed("json", {"t": text}, do="parse", text="{{t}}")


def test_parts_are_picked() -> None:
    text = '{"data": {"lines": [{"price": 5}], "utm.source": "ad", "off": false}}'
    fields = [
        {"name": "price", "field": "data.lines.0.price"},
        {"name": "from.source", "field": "data.utm.source"},
        {"name": "plan", "field": "data.plan", "default": "free"},
        {"name": "off", "field": "data.off", "required": True},
    ]
    expected = {"price": 5, "from": {"source": "ad"}, "plan": "free", "off": False}
    assert done("json", {"t": text}, do="parse", text="{{t}}", fields=fields)["result"] == expected
    body = done("json", {"t": text}, do="parse", text="{{t}}")["result"]
    assert done("json", {"b": body}, do="pick", input="{{b}}", fields=fields)["result"] == expected
    assert done("json", body, do="pick", fields=fields)["result"] == expected
    required = [{"name": "x", "field": "data.plan", "required": True}]
    assert "data.plan is missing" in failed("json", body, do="pick", fields=required)


def test_an_object_is_built() -> None:
    """Patterns, 21."""
    scope = {"customer": {"email": "a@b"}, "amount": Decimal("99.00")}
    rows = [
        {"name": "email", "value": "{{customer.email}}"},
        {"name": "properties.last_payment_amount", "value": "{{amount}}"},
        {"name": "properties.note", "value": "paid {{amount}}"},
    ]
    assert done("json", scope, do="build", values=rows)["result"] == {
        "email": "a@b",
        "properties": {"last_payment_amount": Decimal("99.00"), "note": "paid 99.00"},
    }


def test_problems_name_their_place() -> None:
    def places(**config: Any) -> set[str]:
        return set(problems("json", **config))

    assert places(do="parse") == {"text"}
    assert places(do="pick") == {"fields"}
    assert places(do="build", input="{{a}}") == {"values", "input"}
    assert places(do="write", text="a") == {"text"}
    assert places(do="write") == set()
    assert places(do="guess") == {"do"}
    rows = [{"name": "a", "field": "x"}, {"name": "a.b", "field": "{{y}}"}, {"name": "", "field": "z"}]
    assert places(do="pick", fields=rows) == {"fields[1].name", "fields[1].field", "fields[2].name"}
