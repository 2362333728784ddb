"""Every node type of Schema is there as a kind or a trigger, or is for a room that is to come; the docs say which."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from opsflows.accounts.actor import Actor
from opsflows.lookups.save_segment import create_segment
from opsflows.schedules.create_schedule import create_schedule
from opsflows.workflows.registry import all_kinds, step_kind
from tests.house.project import ROOT
from tests.runs.conftest import NOW
from tests.runs.graphs import graph

GROUPS: dict[str, dict[str, dict[str, Any]]] = json.loads(Path(__file__).with_name("node_types.json").read_text())
NODE_TYPES = {name: entry for group in GROUPS.values() for name, entry in group.items()}
#: As many as Schema lists of each.
COUNTS = [8, 5, 4, 6, 6, 6, 6, 6, 6, 6]
#: Doors with a button of their own, which the docs name instead.
IN_THE_ADMIN = {"Button Click", "Admin Action"}
COVERAGE = (ROOT / "docs/steps/coverage.md").read_text(encoding="utf-8")
#: That are to come, or will bring more than they have.
ROOMS = {"messages", "connectors", "insights", "upkeep"}
ROWS = {row[0]: row[1] for row in re.findall(r"^\| ([^|]+?) \| ([^|]+?) \|", COVERAGE, re.MULTILINE)}


def published(client: Client, entry: dict[str, Any]) -> dict[str, Any]:
    """A workflow with the step, sent to the API and switched on."""
    steps = {"first": entry["before"]} if "before" in entry else {}
    kind = step_kind(entry["step"]["type"])
    steps["it"] = entry["step"]
    config = kind.Config.model_validate({key: value for key, value in entry["step"].items() if key != "type"})
    edges = ["first -> it"] if "before" in entry else []
    if ways := kind.ways_out(config):
        steps["after"] = {"type": "stop"}
        edges.append(f"it.{ways[0]} -> after")
    document = {"name": f"With {kind.kind}", "workflow_data": graph(*edges, **steps), "active": True}
    answer = client.post("/api/workflows", json.dumps(document), content_type="application/json")
    found: dict[str, Any] = answer.json()
    return found


@pytest.fixture
def prepared(db: None, actor: Actor, account: Any, api: Client, settings: Any) -> Client:
    """What the definitions name is there, and scripts are allowed."""
    settings.OPSFLOWS_SCRIPTS = True
    call_command("loaddata", "named_lists", verbosity=0)
    rule = {"field": "employees", "operator": "greater_than", "value": 1000}
    create_segment(actor=actor, name="enterprise", conditions=rule)
    child = {"name": "Child", "workflow_data": graph(a={"type": "stop"}), "active": True}
    assert api.post("/api/workflows", json.dumps(child), content_type="application/json").status_code == 201
    return api


def test_nothing_of_schema_is_left_out() -> None:
    assert [len(group) for group in GROUPS.values()] == COUNTS


def test_each_can_be_built(actor: Actor, prepared: Client) -> None:
    catalog = json.loads((ROOT / "fixtures/catalog.json").read_text(encoding="utf-8"))
    known = {row["fields"].get("event_name") for row in catalog}
    wrong = {}
    for name, entry in NODE_TYPES.items():
        if "event" in entry and entry["event"] not in known:
            wrong[name] = f"{entry['event']} is not in the catalog"
        if "cron" in entry:
            create_schedule(actor=actor, now=NOW, name=name, cron=entry["cron"], event_name="report.daily")
        if "step" in entry:
            found = published(prepared, entry)
            if not found.get("active") or found["problems"]:
                wrong[name] = str(found)
    assert wrong == {}


@pytest.mark.parametrize("name", NODE_TYPES)
def test_the_docs_say_where_it_is(name: str) -> None:
    entry, row = NODE_TYPES[name], ROWS[name]
    if "later" in entry:
        assert entry["later"] in ROOMS
        assert f"later: {entry['later']}" in row
        return
    assert "later" not in row
    named = [entry["step"]["type"]] if "step" in entry else []
    named += [entry[key] for key in ("event", "door") if key in entry and name not in IN_THE_ADMIN]
    assert [each for each in named if f"`{each}`" not in row] == []


def test_the_docs_name_nothing_that_is_not_there() -> None:
    beside = {"in_segment", "in_list", "before", "after", "next_business_hour", "on_unclear"}
    said = {name for row in ROWS.values() for name in re.findall(r"`([a-z_]+)`", row)}
    assert said - beside <= set(all_kinds())
    assert ROWS.keys() - {"node", "---"} == NODE_TYPES.keys()
