"""Dotted paths."""

import pytest

from opsflows.rules import MISSING, lookup

EVENT = {
    "customer": {"email": "a@b.example", "name": None},
    "items": [{"sku": "A"}, {"sku": "B"}],
    "utm.source": "mail",
    "properties": {"deal.stage": "won", "0": "zero"},
    "a.b": "flat",
    "a": {"b": "nested"},
    "text": "abc",
}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("customer.email", "a@b.example"),
        ("customer.name", None),
        ("items.0.sku", "A"),
        ("items.last.sku", "B"),
        ("items.size", 2),
        ("utm.source", "mail"),
        ("properties.deal.stage", "won"),
        ("properties.0", "zero"),
        ("a.b", "nested"),
    ],
)
def test_found(path: str, value: object) -> None:
    assert lookup(EVENT, path) == value


@pytest.mark.parametrize(
    "path",
    ["nothing", "customer.phone", "items.2.sku", "items.-1", "items.sku", "text.0", "text.size", "customer.name.x", ""],
)
def test_missing(path: str) -> None:
    assert lookup(EVENT, path) is MISSING
