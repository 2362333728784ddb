"""Flows with several ways, as a workflow's page puts them in words."""

from opsflows.workflows.admin.sentence import reading
from tests.runs.graphs import graph


def test_cases_branches_and_lists() -> None:
    cases = [
        {"name": "gold", "from": 80, "to": 100},
        {"name": "vip", "conditions": {"field": "tier", "operator": "equals", "value": "VIP"}},
        {"name": "none", "equals": 0},
    ]
    read = reading(
        graph(
            "band.gold -> fork",
            "fork.left -> note",
            "fork -> list",
            band={"type": "condition", "value": "{{score}}", "cases": cases},
            fork={"type": "parallel", "branches": [{"name": "left"}, {"name": "right"}]},
            note={"type": "set", "values": {"x": 1}},
            list={"type": "foreach", "items": "{{contacts}}"},
        )
    )
    band, fork, _, listed = read.lines
    assert read.only_if is None
    assert band.condition is not None
    assert [part.sentence for part in band.condition.parts] == [
        "“gold”: {{score}} at least 80 and less than 100",
        "“vip”: tier equals “VIP”",
        "“none”: {{score}} equals 0",
    ]
    assert band.ways == (("gold", 2),)
    assert (fork.gist, fork.ways) == ("left, right", (("left", 3), ("then", 4)))
    assert listed.gist == "{{contacts}}"
