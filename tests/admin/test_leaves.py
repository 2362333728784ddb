"""A document as rows of names and values, and back."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsflows.admin_site.leaves import MOST_ROWS, edited, leaves

SCALARS = st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False, allow_infinity=False) | st.text()
DOCUMENTS = st.dictionaries(
    st.text(max_size=8),
    st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=4), inner), max_leaves=12),
)


@settings(max_examples=40, deadline=None)
@given(DOCUMENTS)
def test_what_nobody_touches_stays_as_it_is(document: dict[str, Any]) -> None:
    assert repr(edited(document, leaves(document))) == repr(document)


@settings(max_examples=40, deadline=None)
@given(DOCUMENTS, st.lists(st.tuples(st.text(max_size=12), st.text(max_size=12)), max_size=6))
def test_whatever_is_typed_is_taken(document: dict[str, Any], rows: list[tuple[str, str]]) -> None:
    edited(document, rows)
    edited(document, [*leaves(document), *rows])


BASE = {
    "name": "Ada",
    "zip": "01067",
    "amount": 100,
    "rate": Decimal("1.50"),
    "vip": True,
    "gone": None,
    "contacts": [{"email": "a@x"}, {"email": "b@x"}],
    "empty": {},
}


def changed(**rows: str | None) -> dict[str, Any]:
    """BASE with these rows changed; None takes a row out. `__` stands for a dot."""
    wanted = dict(leaves(BASE))
    for name, text in rows.items():
        path = name.replace("__", ".")
        if text is None:
            del wanted[path]
        else:
            wanted[path] = text
    return edited(BASE, list(wanted.items()))


def test_the_rows() -> None:
    assert leaves(BASE) == [
        ("name", "Ada"),
        ("zip", "01067"),
        ("amount", "100"),
        ("rate", "1.50"),
        ("vip", "true"),
        ("gone", ""),
        ("contacts.0.email", "a@x"),
        ("contacts.1.email", "b@x"),
    ]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        # A text stays a text, whatever it looks like.
        ({"zip": "1"}, {"zip": "1"}),
        ({"amount": "250"}, {"amount": 250}),
        ({"amount": "a lot"}, {"amount": "a lot"}),
        ({"vip": "false"}, {"vip": False}),
        ({"rate": "2.25"}, {"rate": Decimal("2.25")}),
        ({"contacts__1__email": "c@x"}, {"contacts": [{"email": "a@x"}, {"email": "c@x"}]}),
        ({"contacts__2__email": "c@x"}, {"contacts": [{"email": "a@x"}, {"email": "b@x"}, {"email": "c@x"}]}),
        ({"contacts__0__email": None}, {"contacts": [{"email": "b@x"}]}),
        ({"new__deep": "7"}, {"new": {"deep": 7}}),
        ({"new__0": '"7"'}, {"new": ["7"]}),
        ({"new": "007"}, {"new": "007"}),
        ({"new": "true"}, {"new": True}),
    ],
)
def test_what_a_row_becomes(rows: dict[str, str | None], expected: dict[str, Any]) -> None:
    assert changed(**rows) == BASE | expected


def test_a_row_that_is_gone_takes_its_value_out() -> None:
    found = changed(name=None, contacts__0__email=None, contacts__1__email=None)
    assert "name" not in found
    assert "contacts" not in found
    assert found["empty"] == {}


def test_a_large_document_shows_its_beginning_and_keeps_the_rest() -> None:
    document = {"rows": [{"n": number} for number in range(1000)], **{f"f{number}": number for number in range(200)}}
    rows = leaves(document)
    assert len(rows) == MOST_ROWS
    found = edited(document, [(name, "5" if name == "rows.0.n" else text) for name, text in rows])
    assert found["rows"][0] == {"n": 5}
    assert (found["rows"][1:], found["f199"]) == (document["rows"][1:], 199)
