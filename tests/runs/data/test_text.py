"""Texts, one operation after the other."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.runs.data.asking import done, failed, problems


def made(text: Any, *operations: dict[str, Any]) -> Any:
    return done("text", {"t": text}, text="{{t}}", operations=list(operations))["result"]


@pytest.mark.parametrize(
    ("text", "operation", "expected"),
    [
        ("  a  b ", {"do": "trim"}, "a  b"),
        ("  a \n b ", {"do": "trim", "inside": True}, "a b"),
        ("Straße", {"do": "upper"}, "STRASSE"),
        ("ÄB", {"do": "lower"}, "äb"),
        ("ada LOVELACE-byron (née king)", {"do": "title"}, "Ada Lovelace-Byron (Née King)"),
        ("don't stop", {"do": "title"}, "Don't Stop"),
        ("HELLO. see acme.com! ok", {"do": "sentence"}, "Hello. See acme.com! Ok"),
        ("Big Deal, über 9!", {"do": "slug"}, "big-deal-uber-9"),
        ("a-b-c", {"do": "replace", "find": "-", "put": " "}, "a b c"),
        ("(555) 01-00", {"do": "replace_matches", "pattern": r"\D+"}, "5550100"),
        ("x", {"do": "replace_matches", "pattern": "", "put": "-"}, "-x-"),
        ("a, b ,c", {"do": "split"}, ["a", "b", "c"]),
        (" a  b\tc ", {"do": "split", "separator": ""}, ["a", "b", "c"]),
        ("a;;b", {"do": "split", "separator": ";", "drop_empty": True}, ["a", "b"]),
        ("a ; b", {"do": "split", "separator": ";", "trim": False}, ["a ", " b"]),
        (["a", 1, None], {"do": "join"}, "a, 1, "),
        (["a", "b"], {"do": "pick", "position": -1}, "b"),
        (["a", "b"], {"do": "pick", "position": 3}, ""),
        (["a", "b"], {"do": "upper"}, ["A", "B"]),
        ("Order #1234 and #99", {"do": "extract", "pattern": r"#(\d+)", "group": 1}, "1234"),
        ("Order #1234 and #99", {"do": "extract", "pattern": r"#\d+", "all": True}, ["#1234", "#99"]),
        ("nothing", {"do": "extract", "pattern": r"\d"}, ""),
        ("The quick brown fox", {"do": "truncate", "length": 12}, "The quick…"),
        ("7", {"do": "pad", "length": 3, "fill": "0"}, "007"),
        ("7", {"do": "pad", "length": 3, "fill": ".", "side": "right"}, "7.."),
        ("john@Startup.com", {"do": "domain"}, "startup.com"),
        ("https://www.acme-corp.com/x", {"do": "domain"}, "acme-corp.com"),
        ("nobody", {"do": "domain"}, ""),
        ("how many  words", {"do": "count_words"}, 3),
        (1234.5, {"do": "lower"}, "1234.5"),
        (None, {"do": "trim"}, ""),
    ],
)
def test_one_operation(text: Any, operation: dict[str, Any], expected: Any) -> None:
    assert made(text, operation) == expected


def test_several_in_a_row() -> None:
    first_name = [{"do": "trim"}, {"do": "split", "separator": " "}, {"do": "pick", "position": 1}, {"do": "title"}]
    assert made(" ada lovelace ", *first_name) == "Ada"
    tags = [{"do": "split"}, {"do": "slug"}, {"do": "join", "separator": " "}]
    assert made("Big Deal, EMEA", *tags) == "big-deal emea"


def test_values_of_operations_may_be_variables() -> None:
    operation = {"do": "replace", "find": "{{old}}", "put": "{{new}}"}
    scope = {"t": "Hi NAME", "old": "NAME", "new": 7}
    assert done("text", scope, text="{{t}}!", operations=[operation])["result"] == "Hi 7!"
    assert "nothing to find" in failed("text", {**scope, "old": ""}, text="{{t}}", operations=[operation])


@pytest.mark.parametrize(
    ("text", "operation", "why"),
    [
        ("x" * 300_000, {"do": "trim"}, "at most 262,144"),
        ({"a": 1}, {"do": "trim"}, "must be a text"),
        ([["a"]], {"do": "trim"}, "lists or objects"),
        ("a", {"do": "join"}, "put split before"),
        (["a"], {"do": "split"}, "put join or pick before"),
        ("a" * 1000, {"do": "replace", "find": "a", "put": "b" * 1000}, "more than 262,144"),
        ("a" * 1000, {"do": "replace_matches", "pattern": "a", "put": "b" * 1000}, "more than 262,144"),
        (["a" * 1000] * 500, {"do": "replace", "find": "a", "put": "b" * 100}, "together"),
        ("," * 20_000, {"do": "split"}, "10,000 parts"),
        ("a" * 200_000, {"do": "extract", "pattern": "a.*b|a", "all": True}, "too much"),
        ("a" * 200_000, {"do": "replace_matches", "pattern": "a.*b|a"}, "too much"),
        ("none", {"do": "extract", "pattern": r"\d", "required": True}, "nothing in"),
        ("none", {"do": "domain", "required": True}, "neither an email"),
    ],
)
def test_what_cannot_be_done(text: Any, operation: dict[str, Any], why: str) -> None:
    assert why in failed("text", {"t": text}, text="{{t}}", operations=[operation])


def test_a_hostile_pattern_costs_nothing() -> None:
    assert made("a" * 50_000, {"do": "extract", "pattern": "(a+)+b"}) == ""


@pytest.mark.parametrize(
    ("operations", "place"),
    [
        ([], "operations"),
        ([{"do": "shout"}], "operations[0]"),
        ([{"do": "trim", "outside": True}], "operations[0].outside"),
        ([{"do": "extract", "pattern": "(?=a)"}], "operations[0].pattern"),
        ([{"do": "extract", "pattern": "{{p}}"}], "operations[0].pattern"),
        ([{"do": "extract", "pattern": "a", "group": 1}], "operations[0].pattern"),
        ([{"do": "trim"}, {"do": "pad", "length": 5000}], "operations[1].length"),
        ([{"do": "pick", "position": 0}], "operations[0].position"),
        ([{"do": "split"}, {"do": "split"}], "operations[1]"),
        ([{"do": "split"}, {"do": "join"}, {"do": "join"}], "operations[2]"),
        ([{"do": "count_words"}, {"do": "trim"}], "operations[0]"),
        ([{"do": "replace", "find": ""}], "operations[0].find"),
    ],
)
def test_problems_name_their_place(operations: list[dict[str, Any]], place: str) -> None:
    assert problems("text", text="{{t}}", operations=operations).keys() == {place}


def test_a_text_around_a_variable_is_no_list() -> None:
    assert problems("text", text="Dear {{t}}", operations=[{"do": "join"}]).keys() == {"operations[0]"}
    assert problems("text", text="{{t}}", operations=[{"do": "join"}]) == {}


@given(st.text(max_size=60), st.integers(1, 40), st.text(max_size=3))
def test_truncating_never_makes_more_than_asked_for(text: str, length: int, end: str) -> None:
    short = made(text, {"do": "truncate", "length": length, "end": end})
    assert len(short) <= length
    assert short == text or len(text) > length


@given(st.lists(st.text("abc -", max_size=6), min_size=1, max_size=6))
def test_what_was_joined_is_split_again(parts: list[str]) -> None:
    joined = made(parts, {"do": "join", "separator": "|"})
    assert made(joined, {"do": "split", "separator": "|", "trim": False}) == parts


@given(st.text(max_size=40))
def test_a_slug_of_a_slug_is_itself(text: str) -> None:
    slug = made(text, {"do": "slug"})
    assert made(slug, {"do": "slug"}) == slug


@given(st.text(max_size=40), st.sampled_from(["title", "sentence"]))
def test_case_changes_no_letter(text: str, case: str) -> None:
    assert made(text, {"do": case}).casefold() == text.lower().casefold()
