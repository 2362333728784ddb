"""Times, documents and conditions, as people read them."""

import datetime
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsflows.admin_site import words
from opsflows.admin_site.document import document
from opsflows.queue.ids import first_id, new_id
from opsflows.workflows.admin.sentence import Clause, in_words, reading
from opsflows.workflows.rule_form import to_graph
from tests.workflows.rules import check, edge, graph, stop, task, trigger

NOW = datetime.datetime(2026, 3, 2, 9, 0, 5, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("away", "text"),
    [
        (timedelta(), "just now"),
        (timedelta(seconds=-12), "12 s ago"),
        (timedelta(minutes=3, seconds=59), "in 3 min"),
        (timedelta(hours=-47), "47 h ago"),
        (timedelta(hours=-48), "2 days ago"),
        (timedelta(days=90), "in 3 months"),
        (timedelta(days=-800), "2 years ago"),
    ],
)
def test_relative(away: timedelta, text: str) -> None:
    assert words.relative(NOW + away, NOW) == text


def test_due() -> None:
    assert words.due(NOW + timedelta(hours=3), NOW) == "due in 3 h"
    assert words.due(NOW - timedelta(days=2), NOW) == "overdue by 2 days"


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [
        (0, "0 ms"),
        (999, "999 ms"),
        (2300, "2.3 s"),
        (242_000, "4 min 2 s"),
        (3_600_000, "1 h"),
        (90_000_000, "1 day 1 h"),
        (187_200_000, "2 days 4 h"),
    ],
)
def test_lasted(milliseconds: int, text: str) -> None:
    assert words.lasted(milliseconds) == text


def test_exact() -> None:
    assert words.exact(NOW) == "Mon 2 Mar 2026, 09:00:05 UTC"


def test_an_id_made_now_lies_behind_the_first_of_this_millisecond() -> None:
    before = first_id(datetime.datetime.now(datetime.UTC))
    made = new_id()
    after = first_id(datetime.datetime.now(datetime.UTC) + timedelta(milliseconds=2))
    assert before < made < after


def test_a_document_keeps_numbers_as_they_were_written() -> None:
    html = document({"price": Decimal("0.10"), "big": 12345678901234567890, "none": None, "list": [{"a": True}]})
    assert "0.10" in html
    assert "12345678901234567890" in html
    assert "<details" in html


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@given(JSON)
def test_whatever_is_in_a_document_is_escaped(value: Any) -> None:
    html = document({"k": value, "<script>": "<script>"})
    assert "<script" not in html


def test_a_document_that_is_too_long_says_so() -> None:
    html = document(list(range(50)), most=10)
    assert "… and 40 more" in html


TREE = {
    "logic": "AND",
    "rules": [
        {"field": "value", "operator": "greater_than", "value": 100000},
        {"logic": "OR", "rules": [
            {"field": "vendor", "operator": "equals", "value": "aws"},
            {"field": "owner", "operator": "is_empty"},
            {"field": "a", "operator": "equals", "value": "{{b}}"},
        ]},
    ],
}  # fmt: skip


def test_a_condition_in_words() -> None:
    either = (Clause("vendor equals “aws”"), Clause("owner is empty"), Clause("a equals the field b"))
    assert in_words(TREE) == Clause(
        "all of these hold", (Clause("value is greater than 100,000"), Clause("one of these holds", either))
    )
    assert in_words({"rules": [TREE["rules"][0]]}) == Clause("value is greater than 100,000")  # type: ignore[index]
    assert in_words(None) == Clause("always")
    assert in_words("nonsense").sentence.startswith("a condition that cannot be read")


def test_a_rule_reads_as_a_sentence() -> None:
    rule = {"trigger": "deal.won", "conditions": TREE, "actions": [{"type": "create_task", "title": "Call"}]}
    read = reading(to_graph(rule))
    assert (read.trigger, read.only_if) == ("deal.won", in_words(TREE))
    [line] = read.lines
    assert (line.number, line.place.label, line.gist, line.ways) == (1, "Create a task", "Call", ())


def test_branches_say_where_they_lead() -> None:
    edges = [edge("trigger", "c"), edge("c", "yes", "true"), edge("c", "no", "false")]
    read = reading(graph(trigger(), check("c"), task("yes"), stop("no"), edges=edges))
    assert [(line.place.node_id, line.ways) for line in read.lines] == [
        ("c", (("if yes", 2), ("if no", 3))),
        ("yes", ()),
        ("no", ()),
    ]


@pytest.mark.parametrize("broken", [None, {}, {"nodes": 1}, {"nodes": [{"id": "x"}], "edges": []}])
def test_what_cannot_be_read_says_so_or_is_empty(broken: Any) -> None:
    assert isinstance(reading(broken).problem, str)
