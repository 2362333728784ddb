from decimal import Decimal
from typing import Any

import pytest

from connectors.places import dig, first_text, first_value, header_problem, parse_places, places_problem, text
from tests.connectors.inbound import inbound

DOCUMENT = {"type": "a.b", "data": {"object": {"id": 7}}, "items": [{"sku": "A1"}], "none": None, "x": {"0": "zero"}}
REQUEST = inbound(b"", {"X-Topic": "orders/create"})


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("type", "a.b"),
        ("data.object.id", 7),
        ("items.0.sku", "A1"),
        ("x.0", "zero"),
        ("items.1.sku", None),
        ("items.-1.sku", None),
        ("items.²", None),
        ("type.0", None),
        ("none.x", None),
        ("", None),
        ("..", None),
    ],
)
def test_dotted_paths(path: str, value: Any) -> None:
    assert dig(DOCUMENT, path) == value


@pytest.mark.parametrize(
    ("value", "expected"),
    [(" k ", "k"), (7, "7"), (Decimal("7.0"), "7.0"), (" ", None), (True, None), ({}, None)],
)
def test_names_and_keys_are_texts_or_numbers(value: Any, expected: str | None) -> None:
    assert text(value) == expected


def test_a_number_longer_than_python_writes_is_no_key() -> None:
    assert text(-(10**5000)) is None


def test_places_are_looked_at_in_order() -> None:
    assert first_text("header:x-topic, body:type", REQUEST, DOCUMENT) == "orders/create"
    assert first_text("header:X-None, body:none, body:data, body:type", REQUEST, DOCUMENT) == "a.b"
    assert first_text("body:nothing, fixed:one: two", REQUEST, DOCUMENT) == "one: two"
    assert first_value("body:nothing, body:data.object", REQUEST, DOCUMENT) == {"id": 7}
    assert first_text("", REQUEST, DOCUMENT) is None


@pytest.mark.parametrize("written", ["type", "body:", "body: ", "cookie:x", "header:a b", ",", "body:a,", "header:é"])
def test_what_is_no_place_is_said_so(written: str) -> None:
    assert "write header:X-Event-Type" in (places_problem(written) or "")
    with pytest.raises(ValueError):
        parse_places(written)


def test_header_names() -> None:
    assert header_problem("X-Hub-Signature-256") is None
    assert all(map(header_problem, ["", "X Y", "X:Y", "X-É", "X\n"]))
