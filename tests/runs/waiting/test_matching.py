"""Property: whatever is equal in the language of conditions is found by the same hash."""

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from opsflows.rules import equals
from opsflows.runs.waiting.matching import match_key, value_problem

NUMBERS = st.integers() | st.decimals(allow_nan=False, allow_infinity=False, places=3)
SPELLED = st.builds(
    lambda number, zeros: f"{number}{'.' + '0' * zeros if zeros and '.' not in str(number) else ''}",
    st.integers() | st.integers(min_value=0).map(lambda number: f"00{number}"),
    st.integers(0, 3),
)
PLAIN = NUMBERS | SPELLED | st.booleans() | st.sampled_from(["true", "TRUE", "False", "", "1e2", "+5"]) | st.text()


@given(PLAIN, PLAIN)
def test_equal_values_share_a_hash(one: Any, other: Any) -> None:
    if equals(one, other):
        assert match_key(one) == match_key(other)


@given(NUMBERS, st.integers(0, 5))
def test_a_number_is_the_same_however_it_is_written(number: Any, zeros: int) -> None:
    text = f"{Decimal(number):f}"
    longer = text + ("" if "." in text else ".0") + "0" * zeros
    forms = [number, Decimal(number), text, longer, Decimal(longer)]
    assert len({match_key(form) for form in forms}) == 1


@given(st.integers(), st.integers())
def test_different_numbers_have_different_hashes(one: int, other: int) -> None:
    assert (match_key(one) == match_key(other)) is (one == other)


def test_what_is_no_plain_value_cannot_be_listened_for() -> None:
    assert [match_key(value) for value in (None, [], {}, [1])] == [None] * 4
    assert "is empty" in (value_problem("") or "")
    assert "must be a text" in (value_problem({"a": 1}) or "")
    assert "1001 characters" in (value_problem("x" * 1001) or "")
    assert [value_problem(value) for value in (0, False, "x", Decimal("0.10"))] == [None] * 4
