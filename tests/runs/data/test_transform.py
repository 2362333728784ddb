"""From one shape to another, and conversions."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.runs.data.asking import done, failed, problems

CONTACT = {
    "email": "ada@acme.example",
    "firstname": "Ada",
    "lastname": "Byron",
    "created_at": "2025-01-02T10:00:00Z",
    "is_active": True,
    "company": {"name": "Acme", "size": 5},
    "phone": None,
}


def made(value: Any, **row: Any) -> Any:
    """What one value becomes."""
    return done("transform", {"x": {"v": value}}, input="{{x}}", fields=[{"name": "r", "field": "v", **row}])["item"][
        "r"
    ]


def test_a_row_of_a_spreadsheet() -> None:
    """Patterns, 2."""
    fields = [
        {"name": "created_at", "field": "created_at", "convert": "people"},
        {"name": "is_active", "field": "is_active", "convert": "people"},
        {"name": "phone", "field": "phone", "convert": "people"},
    ]
    expected = {"created_at": "01/02/2025 10:00 AM", "is_active": "Yes", "phone": ""}
    assert done("transform", CONTACT, fields=fields, zone="UTC")["item"] == expected
    # On the account's wall clock it is an hour later.
    assert done("transform", CONTACT, fields=fields)["item"]["created_at"] == "01/02/2025 11:00 AM"


def test_every_value_for_people_at_once() -> None:
    found = done(
        "transform", {"rows": [CONTACT]}, input="{{rows}}", others="keep", drop=["company"], all_for_people=True
    )
    assert found["items"] == [
        {
            "email": "ada@acme.example",
            "firstname": "Ada",
            "lastname": "Byron",
            "created_at": "01/02/2025 11:00 AM",
            "is_active": "Yes",
            "phone": "",
        }
    ]
    words = {"date": "%-d.%-m.%Y", "yes": "ja", "no": "nein", "nothing": "-"}
    scope = {"a": "2026-03-09", "b": False, "c": None, "d": ["x", True], "e": Decimal("1.50"), "f": "2026"}
    assert done("transform", scope, others="keep", all_for_people=True, people=words)["item"] == {
        "a": "9.3.2026", "b": "nein", "c": "-", "d": "x, ja", "e": Decimal("1.50"), "f": "2026",
    }  # fmt: skip


def test_fields_of_one_crm_to_those_of_another() -> None:
    """Patterns, 1 and 21: names of their own, objects inside, texts of several fields, the run's values."""
    scope = {"contacts": [CONTACT, {"email": "b@x"}], "source": "HubSpot"}
    fields = [
        {"name": "properties.email", "field": "email"},
        {"name": "properties.name", "value": "{{item.firstname}} {{item.lastname}}"},
        {"name": "Company", "field": "company.name", "default": "unknown"},
        {"name": "synced_from", "value": "{{source}}"},
        {"name": "whole", "value": "{{item.company}}"},
    ]
    found = done("transform", scope, input="{{contacts}}", fields=fields)
    assert found["items"] == [
        {
            "properties": {"email": "ada@acme.example", "name": "Ada Byron"},
            "Company": "Acme",
            "synced_from": "HubSpot",
            "whole": {"name": "Acme", "size": 5},
        },
        {"properties": {"email": "b@x", "name": " "}, "Company": "unknown", "synced_from": "HubSpot", "whole": None},
    ]
    assert found["count"] == 2


def test_what_becomes_of_other_fields() -> None:
    scope = {"a": 1, "b": 2, "c": 3}
    rename = [{"field": "a", "name": "b"}]
    assert done("transform", scope, rename=rename)["item"] == {"b": 1}
    assert done("transform", scope, rename=rename, keep=["c", "d"])["item"] == {"c": 3, "b": 1}
    assert done("transform", scope, rename=rename, others="keep")["item"] == {"b": 1, "c": 3}
    assert done("transform", scope, others="keep", drop=["a"])["item"] == {"b": 2, "c": 3}
    fields = [{"name": "c", "field": "a"}]
    assert done("transform", scope, fields=fields, others="keep")["item"] == {"a": 1, "b": 2, "c": 1}


def test_a_name_that_is_nowhere_is_told() -> None:
    fields = [{"name": "n", "value": "{{first}} {{item.last}}"}]
    found = done("transform", {"rows": [{"first": "Ada"}, {}]}, input="{{rows}}", fields=fields)
    assert found["warnings"] == ["first is not in the event; it was left empty"]


def test_the_input_itself_stays_as_it_was() -> None:
    scope = {"x": {"inner": {"a": 1}}}
    fields = [{"name": "inner.b", "value": 2}]
    assert done("transform", scope, input="{{x}}", fields=fields, others="keep")["item"] == {"inner": {"a": 1, "b": 2}}
    assert scope == {"x": {"inner": {"a": 1}}}


@pytest.mark.parametrize(
    ("value", "row", "expected"),
    [
        (5, {"convert": "text"}, "5"),
        (None, {"convert": "text"}, ""),
        (["a", 1], {"convert": "text"}, "a, 1"),
        ({"a": 1}, {"convert": "text"}, '{"a":1}'),
        (" 12.50 ", {"convert": "number"}, Decimal("12.50")),
        ("12.345", {"convert": "number", "decimals": 2}, Decimal("12.35")),
        ("", {"convert": "number"}, None),
        ("12.0", {"convert": "integer"}, 12),
        ("yes", {"convert": "boolean"}, True),
        (0, {"convert": "boolean"}, False),
        ("TRUE", {"convert": "boolean", "write_as": "Yes/No"}, "Yes"),
        (None, {"convert": "boolean", "write_as": "Yes/No"}, ""),
        (None, {"convert": "boolean"}, None),
        ("2025-01-01T23:30:00Z", {"convert": "date"}, "2025-01-02"),
        (1735812000, {"convert": "datetime"}, "2025-01-02T11:00:00+01:00"),
        ("2025-01-02", {"convert": "datetime"}, "2025-01-02T00:00:00+01:00"),
        ("2.1.2025", {"convert": "date", "read_as": "%d.%m.%Y"}, "2025-01-02"),
        ("01/02/2025 10:00 PM", {"convert": "datetime", "read_as": "%m/%d/%Y %I:%M %p"}, "2025-01-02T22:00:00+01:00"),
        ("2025-01-02", {"convert": "date", "write_as": "%m/%d/%Y"}, "01/02/2025"),
        ("a, b,,c", {"convert": "list"}, ["a", "b", "c"]),
        ("a;b", {"convert": "list", "separator": ";"}, ["a", "b"]),
        (None, {"convert": "list"}, []),
        (7, {"convert": "list"}, [7]),
        (None, {"default": 3}, 3),
        ([], {}, []),
    ],
)  # fmt: skip
def test_conversions(value: Any, row: dict[str, Any], expected: Any) -> None:
    found = made(value, **row)
    assert (found, type(found)) == (expected, type(expected))


@pytest.mark.parametrize(
    ("value", "convert"),
    [
        ("$12", "number"), ("1,5", "number"), (True, "number"), ("1.5", "integer"), ("maybe", "boolean"),
        (2, "boolean"), ("soon", "date"), ("2025-13-01", "datetime"), ([1], "number"),
    ],
)  # fmt: skip
def test_a_conversion_that_fails_names_the_field_or_takes_the_default(value: Any, convert: str) -> None:
    row = {"name": "deep.r", "field": "v", "convert": convert}
    scope = {"x": [{"v": None}, {"v": value}]}
    assert failed("transform", scope, input="{{x}}", fields=[row]).startswith("item 2: deep.r: ")
    found = done("transform", scope, input="{{x}}", fields=[{**row, "default": "?", "if_wrong": "default"}])
    assert [item["deep"]["r"] for item in found["items"]] == ["?", "?"]
    [told] = found["defaulted"]
    assert told["field"] == "item 2: deep.r"


def test_a_default_may_hold_variables_of_the_item_and_of_the_run() -> None:
    scope = {"x": [{"a": ""}, {"a": None, "b": 2}], "domain": "acme.example", "bad": "maybe"}
    fields = [
        {"name": "a", "field": "a", "default": "{{domain}}"},
        {"name": "b", "field": "a", "default": "{{item.b}}"},
        {"name": "c", "value": "{{bad}}", "convert": "boolean", "if_wrong": "default", "default": "{{domain}}"},
    ]
    found = done("transform", scope, input="{{x}}", fields=fields)
    assert [(item["a"], item["b"], item["c"]) for item in found["items"]] == [
        ("acme.example", None, "acme.example"),
        ("acme.example", 2, "acme.example"),
    ]
    fields[0]["default"] = "{{domain | date_add: '+1 day'}}"
    assert failed("transform", scope, input="{{x}}", fields=fields).startswith("item 1: a: default of a: ")


@given(st.dates(), st.sampled_from(["%d.%m.%Y", "%-m/%-d/%Y", "%Y%m%d", "%d %B %Y", "%j of %Y"]))
def test_a_date_is_read_as_it_was_written(day: date, pattern: str) -> None:
    written = made(day.isoformat(), convert="date", write_as=pattern)
    assert made(written, convert="date", read_as=pattern) == day.isoformat()


@given(st.integers(-(2 * 10**9), 4 * 10**9).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)))
def test_a_moment_is_read_as_it_was_written(moment: datetime) -> None:
    pattern = "%Y-%m-%d %H:%M:%S %z"
    written = made(moment.isoformat(), convert="datetime", write_as=pattern)
    assert datetime.fromisoformat(made(written, convert="datetime", read_as=pattern)) == moment


@given(st.decimals(-(10**9), 10**9, places=3) | st.integers(), st.booleans())
def test_what_was_made_a_text_becomes_itself_again(number: Any, truth: bool) -> None:
    assert made(made(number, convert="text"), convert="number") == number
    assert made(made(truth, convert="boolean", write_as="Yes/No"), convert="boolean") is truth


def test_what_cannot_be_transformed() -> None:
    assert "missing or empty" in failed("transform", {}, input="{{x}}", others="keep")
    assert "item 2: 3 is no object" in failed("transform", {"x": [{}, 3]}, input="{{x}}", others="keep")
    plain = [{"name": "id", "field": "item"}]
    assert done("transform", {"x": [1, 2]}, input="{{x}}", fields=plain)["items"] == [{"id": 1}, {"id": 2}]
    assert "Mars" in failed("transform", {"zone": "Mars"}, others="keep", zone="{{zone}}")


def test_results_that_are_too_large_together() -> None:
    scope = {"x": [1] * 9000, "big": ["y" * 1000] * 100}
    fields = [{"name": "a", "value": "{{big}}"}]
    assert "too large" in failed("transform", scope, input="{{x}}", fields=fields)


def test_problems_name_their_place() -> None:
    def places(**config: Any) -> set[str]:
        return set(problems("transform", **config))

    def row(**config: Any) -> set[str]:
        return {place.removeprefix("fields[0].") for place in places(fields=[{"name": "a", "field": "b", **config}])}

    assert places() == {"fields"}
    assert places(input="x {{y}}", others="keep", keep=["a"]) == {"input", "keep"}
    assert places(fields=[{"name": "a", "field": "a"}], drop=["b"], zone="Mars") == {"drop", "zone"}
    assert places(rename=[{"field": "", "name": "a"}, {"field": "b", "name": "a.c"}]) == {
        "rename[0].field", "rename[1].name",
    }  # fmt: skip
    assert places(others="keep", people={"date": "%Q"}) == {"people.date"}
    assert row() == set()
    assert row(field="") == {"field"}
    assert row(value=1) == {"value"}
    assert row(name="a..b") == {"name"}
    assert row(convert="money") == {"convert"}
    assert row(write_as="x") == {"write_as"}
    assert row(convert="boolean", write_as="Yes") == {"write_as"}
    assert row(convert="date", write_as="%Q") == {"write_as"}
    assert row(convert="date", read_as="%d.%d.%Y") == {"read_as"}
    assert row(convert="date", read_as="day") == {"read_as"}
    assert row(read_as="%d") == {"read_as"}
    assert row(decimals=2) == {"decimals"}
    assert row(field="", value="{{item.a | shout}}") == {"value"}
    assert row(default="{{item.a | shout}}") == {"default"}
