"""Regular expressions: the same answers as Python's, in bounded time."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsflows.rules.patterns import PatternError, compile_pattern
from opsflows.rules.patterns.automaton import MAX_TEXT

atoms = st.sampled_from(["a", "b", ".", "[ab]", "[^a]", r"\d", r"\W", "^", "$", r"\b", "(?:)", "x-", "[a-c1]", r"\."])
sources = st.recursive(
    atoms,
    lambda inner: (
        st.tuples(inner, inner).map("".join)
        | st.tuples(inner, inner).map("|".join)
        | st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{1,2}", "*?", "{0,}"])).map(
            lambda x: f"(?:{x[0]}){x[1]}"
        )
    ),
    max_leaves=5,
)


@given(sources, st.text("abx1-. ", max_size=10))
def test_agrees_with_pythons_re(source: str, text: str) -> None:
    assert compile_pattern(source).search(text) == bool(re.search(source, text))


@given(st.text("ab()[]{}*+?|\\^$.-,12dwsiP<>:", max_size=12), st.text("ab1-", max_size=6))
def test_what_is_accepted_means_what_it_means_in_re(source: str, text: str) -> None:
    try:
        pattern = compile_pattern(source)
    except PatternError:
        return
    assert pattern.search(text) == bool(re.search(source, text))


@pytest.mark.parametrize(
    "source",
    ["^(a+)+!", "(a|aa)+!", "(a|a?)+!", "^(([a-z])+.)+[A-Z]([a-z])+", "(.*)(.*)(.*)(.*)!", "(a+a+)+b", "(a?){50}b"],
)
def test_known_traps_end(source: str) -> None:
    assert not compile_pattern(source).search("a" * MAX_TEXT)


def test_letters_of_any_case() -> None:
    assert compile_pattern("(?i)^straße [a-c]").search("STRAßE B")


def test_a_long_text_is_searched_at_its_beginning() -> None:
    assert compile_pattern("needle").search("x" * 4000 + "needle" + "x" * 10**6)
    assert not compile_pattern("needle").search("x" * MAX_TEXT + "needle")
    assert not compile_pattern("x$").search("x" * (MAX_TEXT + 1))


@pytest.mark.parametrize(
    "source",
    [
        "(",
        ")",
        "[a",
        "a{3,1}",
        "*a",
        "a**",
        "a++",
        "^*",
        "\\",
        r"\1",
        "(?=a)",
        "(?<!a)",
        "(?P=n)",
        r"\q",
        "[b-a]",
        "a{999}",
        "(" * 50,
        "a" * 300,
        "((a{100}){100}){100}",
        "((((){200}){200}){200}){200}",
        "(?i:a)",
        "a(?i)",
    ],
)
def test_what_is_broken_or_unbounded_is_refused(source: str) -> None:
    with pytest.raises(PatternError):
        compile_pattern(source)
