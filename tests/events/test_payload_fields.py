"""Fields of payloads: read out of any schema, and written by staff one to a line."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsflows.events.payload_fields import payload_fields, read_lines, write_lines
from tests.house.project import ROOT

SCHEMAS = [row["fields"]["payload_schema"] for row in json.loads((ROOT / "fixtures" / "catalog.json").read_text())]
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "properties", "required", "description", "format", "examples"])
            | st.text(max_size=5),
            inner,
            max_size=4,
        )
    ),
    max_leaves=15,
)


def test_fields_in_words_those_that_are_sure_first() -> None:
    schema = {
        "required": ["total"],
        "properties": {
            "customer": {"type": "object", "properties": {"email": {"type": "string", "format": "email"}}},
            "total": {"type": "number", "description": "What it costs.", "examples": [9.5, 1]},
        },
    }
    assert [(field.name, field.kind, field.meaning, field.example) for field in payload_fields(schema)] == [
        ("total", "number", "What it costs.", 9.5),
        ("customer", "object", "", None),
        ("customer.email", "email address", "", None),
    ]


@pytest.mark.parametrize("schema", SCHEMAS)
def test_what_came_with_us_is_unchanged_by_a_way_through_the_form(schema: dict[str, Any]) -> None:
    # As PostgreSQL gives it back: the order of the fields is lost, that of lists is not.
    stored = schema | {"properties": dict(sorted(schema["properties"].items()))}
    assert read_lines(write_lines(stored), before=stored) == schema


def test_lines_become_a_schema_and_keep_what_they_do_not_say() -> None:
    before = {"required": ["a", "b"], "properties": {"a": {"type": "integer", "minimum": 1}, "b": {"type": "string"}}}
    assert read_lines("a: whole number: How many: all told\n\nc\nd: Date", before=before) == {
        "type": "object",
        "required": ["a"],
        "properties": {
            "a": {"type": "integer", "minimum": 1, "description": "How many: all told"},
            "c": {"type": "string"},
            "d": {"type": "string", "format": "date"},
        },
    }


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("total: money", "Line 1: “money” is no kind of field; write one of: text, number"),
        ("a\n: text: b", "Line 2: “” is no field's name"),
        ("{{a}}", "Line 1"),
        ("a: text\na: number", "Line 2: a was named before"),
        ("\n".join(f"f{number}" for number in range(501)), "At most 500"),
    ],
)
def test_a_wrong_line_is_named(lines: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_lines(lines, before={})


@given(JSON)
def test_no_schema_is_too_strange(schema: Any) -> None:
    payload_fields(schema)
    written = write_lines(schema)
    assert write_lines(read_lines(written, before=schema)) == written


@given(st.text(), JSON)
def test_whatever_is_taken_comes_back(lines: str, before: Any) -> None:
    try:
        schema = read_lines(lines, before=before)
    except ValueError:
        return
    assert read_lines(write_lines(schema), before=schema) == schema
