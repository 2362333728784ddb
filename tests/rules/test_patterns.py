"""Regular expressions: usable ones answer in bounded time, the others are refused with a reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsflows.rules.patterns import MAX_TEXT, PatternError, compile_pattern


@given(st.text(max_size=20), st.text(max_size=20))
def test_any_text_is_a_pattern_or_refused(source: str, text: str) -> None:
    try:
        pattern = compile_pattern(source)
    except PatternError:
        return
    assert pattern.search(text) in (True, False)


@pytest.mark.parametrize(
    "source",
    ["^(a+)+!", "(a|aa)+!", "(a|a?)+!", "^(([a-z])+.)+[A-Z]([a-z])+", "(.*)(.*)(.*)(.*)!", "(a+a+)+b", "(a?){50}b"],
)
def test_known_traps_end(source: str) -> None:
    assert not compile_pattern(source).search("a" * MAX_TEXT)


@pytest.mark.parametrize(
    ("source", "text"),
    [("(?i)^straße [a-c]", "STRAßE B"), (r"\d{4}-\d{2}", "due 2026-03"), ("^(gold|vip)$", "vip"), ("é$", "café")],
)
def test_what_staff_write(source: str, text: str) -> None:
    assert compile_pattern(source).search(text)
    assert not compile_pattern(source).search("nothing of it")


def test_a_long_text_is_searched_at_its_beginning() -> None:
    assert compile_pattern("needle").search("x" * 4000 + "needle" + "x" * 10**6)
    assert not compile_pattern("needle").search("x" * MAX_TEXT + "needle")


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("(", "missing"),
        ("[a", "missing"),
        ("a{3,1}", "invalid"),
        ("*a", "no argument"),
        (r"\1", "back-references"),
        ("(?=a)", "look-around"),
        ("(?<!a)", "look-around"),
        ("[b-a]", "invalid"),
        ("a" * 300, "longer than"),
        ("((a{100}){100}){100}", "repeat|repetition"),
    ],
)
def test_what_is_broken_or_unbounded_is_refused(source: str, reason: str) -> None:
    with pytest.raises(PatternError, match=reason):
        compile_pattern(source)
