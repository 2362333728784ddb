"""Definitions, what a form makes of what people type, and what people read of it."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.http import QueryDict
from hypothesis import event, given
from hypothesis import strategies as st

from opsflows.approvals.forms.checks import field_problems
from opsflows.approvals.forms.fields import amended, details_of
from opsflows.approvals.forms.files import safe_name, shown_name
from opsflows.approvals.forms.input import RequestInput, event_data
from opsflows.approvals.forms.kinds import Kind, read_fields, read_number
from opsflows.files.names import checked_name
from opsflows.jsontext import dump_json, parse_json, read_stored
from tests.approvals.forms.definitions import PEOPLE, definitions, field, filled

EXPENSE = [
    field("title", "short_text", required=True, label="What"),
    field("amount", "money", "USD", "JPY", required=True, label="Amount"),
    field("day", "date", label="Day"),
    field("count", "whole_number", label="Count"),
    field("share", "number", label="Share"),
    field("tags", "choices", "A", "B, b", label="Tags"),
    field("kind", "choice", "Travel", "Other", label="Kind"),
    field("sure", "yes_no", label="Sure"),
    field("who", "person", label="Who"),
    field("receipt", "file", label="Receipt"),
]
DATA = {
    "title": "Laptop",
    "amount": Decimal("1250.00"),
    "amountCurrency": "USD",
    "day": "2026-03-02",
    "count": 12000,
    "share": Decimal("12.5"),
    "tags": ["A", "B, b"],
    "kind": "Travel",
    "sure": True,
    "who": {"name": "Ada Lovelace", "email": "ada@example.com"},
    "receipt": {"name": "r.pdf", "size": 34_816, "sha256": "0" * 64, "stored_as": "forms/x/r.pdf"},
}


def given_form(fields: list[dict[str, Any]], data: Any, files: Any = None) -> RequestInput:
    return RequestInput(read_fields(fields), people=PEOPLE, data=data, files=files or {})


@given(st.data())
def test_what_a_form_says_is_kept_exactly(data: Any) -> None:
    """Whatever the checks accept is a form, and what it says is the same after it was stored."""
    fields = data.draw(definitions())
    if field_problems(fields):
        event("refused definition")
        return
    values, files = data.draw(filled(fields))
    form = given_form(read_stored(dump_json(fields)), values, files)
    assert len(list(form.rows())) == len(fields)
    str(form)
    if not form.is_valid():
        event("refused values")
        return
    stored = {
        key: {"name": file.name, "size": file.size, "sha256": "f" * 64, "stored_as": "x"} for key, file in files.items()
    }
    said = event_data(form, stored)
    assert {each["key"] for each in fields} <= said.keys()
    kept = parse_json(dump_json(said))
    assert kept == said
    assert dump_json(kept) == dump_json(said)
    details = details_of(fields, kept)
    assert [each["field"] for each in details] == [each["key"] for each in fields]
    assert amended(fields, kept, details) == kept


@given(st.data())
def test_required_is_required(data: Any) -> None:
    fields = data.draw(definitions().filter(lambda fields: not field_problems(fields)))
    form = given_form(fields, QueryDict())
    assert set(form.errors) == {each["key"] for each in fields if each["required"]}


@pytest.mark.parametrize(
    ("wrong", "place", "message"),
    [
        ("no list", "fields", "Must be a list"),
        ([], "fields", "at least one field"),
        ([field("a", "short_text")] * 41, "fields", "At most 40"),
        (["a"], "fields[0]", "Must be an object"),
        ([{**field("a", "short_text"), "size": 3}], "fields[0]", "Knows no 'size'"),
        ([field("", "short_text", label="A")], "fields[0].key", "Give it a key"),
        ([field("wie viel", "short_text")], "fields[0].key", "cannot be a key"),
        ([field("prénom", "short_text")], "fields[0].key", "cannot be a key"),
        ([field("event", "short_text")], "fields[0].key", "Rules read something else"),
        ([field("today", "date")], "fields[0].key", "Rules read something else"),
        ([field("requesterEmail", "email")], "fields[0].key", "Rules read something else"),
        ([field("a", "short_text", label=" ")], "fields[0].label", "Is empty"),
        ([field("a", "short_text", label="one\ntwo")], "fields[0].label", "Must be one line"),
        ([{**field("a", "short_text"), "required": "yes"}], "fields[0].required", "true or false"),
        ([field("a", "colour")], "fields[0].kind", "is none of short_text"),
        ([field("a", "short_text", "B")], "fields[0].choices", "takes no choices"),
        ([field("a", "choice")], "fields[0].choices", "at least one"),
        ([field("a", "choices", "B", "b")], "fields[0].choices", "twice"),
        ([field("a", "choices", "B; C")], "fields[0].choices", "cannot be chosen"),
        ([field("a", "money", "euro")], "fields[0].choices", "is no currency"),
        ([field("a", "short_text"), field("A", "date", label="b")], "fields[1].key", "taken by the field 'a'"),
        ([field("a", "short_text"), field("b", "date", label="A")], "fields[1].label", "is called 'A', too"),
        ([field("a", "money"), field("aCurrency", "date")], "fields[1].key", "taken by the field 'a'"),
        ([field("aCurrency", "date"), field("a", "money")], "fields[1].key", "taken by the field 'aCurrency'"),
        ([field(f"f{each}", "file") for each in range(6)], "fields", "At most 5 files"),
    ],
)
def test_a_definition_that_is_wrong(wrong: Any, place: str, message: str) -> None:
    [problem] = field_problems(wrong)
    assert problem.path == place
    assert message in problem.message


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("amount", "12,5", "“12,5” is not a number; write it like 1250.00."),
        ("amount", "12.345", "too many digits"),
        ("amount", "-5000", "0 or more"),
        ("amount", "1e9", "is not a number"),
        ("amount", "NaN", "is not a number"),
        ("amount", "9" * 16, "too large"),
        ("amount", "", "Fill in Amount."),
        ("count", "1.5", "write it like 1250."),
        ("day", "02.03.2026", "like 2026-03-31"),
        ("kind", "Bribe", "not offered"),
        ("tags", "Z", "not one of the available choices"),
        ("who", "nobody", "not offered"),
        ("sure", "maybe", "not offered"),
        ("title", "a\x00b", "Null characters"),
        ("title", "\ud800", "half of a character"),
    ],
)
def test_what_does_not_fit_is_said_at_its_field(key: str, value: str, message: str) -> None:
    values = {"title": "Laptop", "amount": "10", "amountCurrency": "USD", key: value}
    form = given_form(EXPENSE, QueryDict(mutable=True))
    form.data = QueryDict(mutable=True)
    form.data.update(values)
    assert message in " ".join(form.errors[key])
    assert list(form.errors) == [key]


def test_an_amount_has_the_decimals_of_its_currency() -> None:
    def amount(text: str, currency: str) -> Any:
        form = given_form(EXPENSE, {"title": "x", "amount": text, "amountCurrency": currency})
        return str(event_data(form, {})["amount"]) if form.is_valid() else form.errors["amount"][0]

    assert amount("1,250", "USD") == "1250.00"
    assert amount("1250.5", "USD") == "1250.50"
    assert amount("1250", "JPY") == "1250"
    assert "too many digits" in amount("1250.5", "JPY")


def test_one_currency_need_not_be_said() -> None:
    form = given_form([field("amount", "money")], {"amount": 5})
    assert form.is_valid()
    assert event_data(form, {}) == {"amount": Decimal("5.00"), "amountCurrency": "USD"}


def test_people_read_values_written_out() -> None:
    texts = {each["field"]: each["value"] for each in details_of(EXPENSE, DATA)}
    assert texts == {
        "title": "Laptop",
        "amount": "$1,250.00",
        "day": "2 March 2026",
        "count": "12,000",
        "share": "12.5",
        "tags": "A; B, b",
        "kind": "Travel",
        "sure": "Yes",
        "who": "Ada Lovelace <ada@example.com>",
        "receipt": "r.pdf (34 KB)",
    }
    assert {each["value"] for each in details_of(EXPENSE, {})} == {""}


def test_details_never_fail_whatever_the_data_became() -> None:
    for strange in (None, True, [], {}, "x", 7, Decimal("1.5"), [{}], {"name": 3}):
        details_of(EXPENSE, dict.fromkeys(DATA, strange))


@pytest.mark.parametrize(
    ("key", "text", "changed"),
    [
        ("title", "Desk", {"title": "Desk"}),
        ("amount", "$1,300.50", {"amount": Decimal("1300.50")}),
        ("amount", "1300", {"amount": Decimal("1300.00")}),
        ("amount", "1300 JPY", {"amount": Decimal(1300), "amountCurrency": "JPY"}),
        ("day", "3 March 2026", {"day": "2026-03-03"}),
        ("day", "2026-03-04", {"day": "2026-03-04"}),
        ("day", "", {"day": None}),
        ("count", "13,000", {"count": 13000}),
        ("share", "7.25", {"share": Decimal("7.25")}),
        ("tags", "b, B", {"tags": ["B, b"]}),
        ("tags", "", {"tags": []}),
        ("kind", "other", {"kind": "Other"}),
        ("sure", "no", {"sure": False}),
        ("who", "Bob <bob@example.com>", {"who": {"name": "Bob", "email": "bob@example.com"}}),
        ("who", "bob@example.com", {"who": {"name": "bob@example.com", "email": "bob@example.com"}}),
    ],
)
def test_a_changed_detail_becomes_a_value_of_its_kind(key: str, text: str, changed: dict[str, Any]) -> None:
    details = [each | ({"value": text} if each["field"] == key else {}) for each in details_of(EXPENSE, DATA)]
    assert amended(EXPENSE, DATA, details) == {**DATA, **changed}


def test_line_ends_are_no_change() -> None:
    fields, data = [field("why", "long_text")], {"why": "One\nTwo"}
    assert amended(fields, data, [{"field": "why", "value": "One\r\nTwo\r\n"}]) == data


@pytest.mark.parametrize(
    ("key", "text", "message"),
    [
        ("title", "", "What: Must not be empty."),
        ("title", "x" * 256, "at most 255"),
        ("amount", "a lot", "not an amount"),
        ("amount", "1300 CHF", "not offered here; take USD or JPY"),
        ("amount", "-1", "0 or more"),
        ("day", "soon", "not a date"),
        ("kind", "Bribe", "not among Travel, Other"),
        ("sure", "perhaps", "neither Yes nor No"),
        ("who", "Bob", "a name and an address"),
        ("receipt", "other.pdf", "A file is not changed here"),
    ],
)
def test_a_changed_detail_that_does_not_fit(key: str, text: str, message: str) -> None:
    details = [{"field": key, "label": "any", "value": text}]
    with pytest.raises(ValidationError) as raised:
        amended(EXPENSE, DATA, details)
    assert message in " ".join(raised.value.message_dict["details"])


@given(st.text(max_size=300))
def test_every_name_of_a_file_can_be_kept(name: str) -> None:
    shown = shown_name(name)
    assert 0 < len(shown) <= 200
    stored = f"forms/5f1d/{'0' * 64}/{safe_name(shown)}"
    checked_name(stored)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("a b.CSV", "a b.CSV"),
        ("x:y?.pdf", "x_y_.pdf"),
        ("con.txt", "file.txt"),
        ("..", "file"),
        (".env", "env"),
        ("é.pdf", "é.pdf"),
    ],
)
def test_the_ending_of_a_file_stays(name: str, kept: str) -> None:
    assert safe_name(name) == kept


def test_numbers_are_exact() -> None:
    assert str(read_number("0.1")) == "0.1"
    assert str(read_number("-0")) == "0"
    assert Kind.MONEY.label == "Money"
