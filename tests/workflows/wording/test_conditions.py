"""Conditions side by side: comparison by comparison, within the groups that belong together."""

from typing import Any

import pytest

from opsflows.workflows.wording.changed_conditions import changed_conditions
from opsflows.workflows.wording.clauses import in_line

BIG = {"field": "value", "operator": "greater_than", "value": 100000}
VIP = {"field": "tier", "operator": "equals", "value": "VIP"}
AWS = {"field": "vendor", "operator": "equals", "value": "aws"}


def either(*rules: Any) -> dict[str, Any]:
    return {"logic": "OR", "rules": list(rules)}


def both(*rules: Any) -> dict[str, Any]:
    return {"logic": "AND", "rules": list(rules)}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (BIG, both({**BIG, "value": 5}), ["value is greater than 100,000 → 5"]),
        (BIG, {**BIG, "operator": "less_than"}, ["value is greater than 100,000 → is less than 100,000"]),
        (both(BIG, VIP), both(VIP, BIG), ["written otherwise, and means the same: tier equals “VIP” and value is"]),
        (both(BIG), both(BIG, VIP), ["added: tier equals “VIP”"]),
        (None, BIG, ["added: value is greater than 100,000"]),
        (both(BIG, VIP), {}, ["removed: value is greater than 100,000", "removed: tier equals “VIP”"]),
        (both(BIG, VIP), either(BIG, VIP), ["all of these hold → one of these holds"]),
        (
            both(BIG, either(VIP, AWS)),
            both(BIG, either({**VIP, "value": "Gold"}, AWS)),
            ["tier equals “VIP” → “Gold”"],
        ),
        (both(BIG), both(BIG, either(VIP, AWS)), ["added: tier equals “VIP” or vendor equals “aws”"]),
        (
            BIG,
            {"logic": "NOT", "rules": [BIG]},
            ["value is greater than 100,000 → not (value is greater than 100,000)"],
        ),
        (
            {"field": "country", "operator": "in_list", "value": "EU"},
            {"field": "country", "operator": "in_list", "value": "DACH"},
            ["country is on the list “EU” → is on the list “DACH”"],
        ),
        ({"operator": "in_segment", "value": "a"}, {"operator": "in_segment", "value": "b"}, ["in segment “a” → in"]),
        (BIG, {"field": "value", "operator": "bigger"}, ["changed, and cannot be read on one of the sides"]),
        (
            {**BIG, "value": 5},
            {**BIG, "value": "{{limit}}"},
            ["value is greater than 5 → the field limit"],
        ),
    ],
)
def test_what_is_different(old: Any, new: Any, said: list[str]) -> None:
    found = [part.said for part in changed_conditions(old, new)]
    assert len(found) == len(said)
    assert all(each.startswith(start) for each, start in zip(found, said, strict=True)), found


def test_in_one_line() -> None:
    assert in_line(both(BIG, either(VIP, AWS))) == (
        "value is greater than 100,000 and (tier equals “VIP” or vendor equals “aws”)"
    )
    assert in_line(None) == "always"
    assert in_line("nonsense").startswith("a condition that cannot be read")
