"""What bringing workflows in would do: create, change or nothing, before anything is done."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.jsontext import content_hash
from opsflows.rules import Problem
from opsflows.studio.exchange.faults import Fault
from opsflows.studio.exchange.read import Imported
from opsflows.studio.exchange.secrets import masks_in, put_back
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.graph import definition_hash
from opsflows.workflows.models import Workflow
from opsflows.workflows.read_graph import read_graph
from opsflows.workflows.validate import publish_problems, structure_problems
from opsflows.workflows.wording.differences import differences

Doing = Literal["created", "changed", "unchanged", "refused"]


@dataclass(frozen=True)
class Planned:
    """What would become of one workflow of a document.

    `faults` refuse it; `unfinished` keep it from being published, and from nothing else. `changes` are sentences.
    """

    imported: Imported
    doing: Doing
    existing: Workflow | None
    workflow_data: Mapping[str, Any]
    settings: Mapping[str, Any]
    faults: Sequence[Fault] = ()
    unfinished: Sequence[Fault] = ()
    changes: Sequence[str] = field(default=())


def planned(*, actor: Actor, imported: Iterable[Imported]) -> list[Planned]:
    """The plan for the actor's account; workflows are told apart by their names. Three queries, however many there are.

    Raises:
        Forbidden: the actor may not read workflows.
    """
    actor.require(Permission.WORKFLOWS_READ)
    imported = list(imported)
    names = [each.name for each in imported]
    rows = Workflow.objects.filter(account_id=actor.account_id, workflow_name__in=names)
    found: dict[str, list[Workflow]] = {}
    for row in rows.select_related("published_version").prefetch_related("tags").order_by("pk"):
        found.setdefault(row.workflow_name, []).append(row)
    return [_planned(each, found.get(each.name, []), names.count(each.name), actor) for each in imported]


def plan_hash(plan: Iterable[Planned]) -> str:
    """What the plan rests on: where somebody saves in between, it is another."""
    return content_hash(
        [
            [each.imported.name, each.doing, str(each.existing.pk), each.existing.revision]
            if each.existing
            else [each.imported.name, each.doing]
            for each in plan
        ]
    )


def _planned(imported: Imported, rows: Sequence[Workflow], count: int, actor: Actor) -> Planned:
    existing = rows[0] if rows else None
    data, settings = _with_secrets(imported, existing)
    problems: list[Problem] = []
    if count > 1:
        problems.append(Problem("name", "Another workflow of this import has the same name; give each its own."))
    if len(rows) > 1:
        problems.append(
            Problem("name", f"{len(rows)} workflows of this account are called so; rename all but one of them first.")
        )
    problems += _secrets_missing(data, settings)
    problems += structure_problems(data, settings)
    if problems:
        faults = imported.faults(problems)
        return Planned(imported, "refused", existing, data, settings, faults=faults)
    unfinished = imported.faults(publish_problems(data, settings, account_id=actor.account_id))
    if existing is None:
        return Planned(imported, "created", None, data, settings, unfinished=unfinished)
    changes = _changes(imported, existing, data, settings)
    doing: Doing = "changed" if changes else "unchanged"
    return Planned(imported, doing, existing, data, settings, unfinished=unfinished, changes=changes)


def _with_secrets(imported: Imported, existing: Workflow | None) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """The draft with what the file left out, and what tests take for answers, as the workflow has it now."""
    if existing is None or not isinstance(existing.workflow_data.get("nodes", []), list):
        return imported.workflow_data, imported.settings
    known = {
        node.get("id"): node["data"]
        for node in existing.workflow_data.get("nodes", [])
        if isinstance(node, Mapping) and isinstance(node.get("data"), Mapping)
    }
    nodes = []
    for node in imported.workflow_data["nodes"]:
        old = known.get(node["id"], {})
        data = {**node["data"], "config": put_back(node["data"]["config"], old.get("config"))}
        if old.get("pinned") is not None and old.get("kind") == data.get("kind"):
            data["pinned"] = old["pinned"]
        nodes.append({**node, "data": data})
    return {**imported.workflow_data, "nodes": nodes}, put_back(imported.settings, existing.settings)


def _secrets_missing(data: Mapping[str, Any], settings: Mapping[str, Any]) -> list[Problem]:
    message = "A secret was left out here when it was exported. Write it in, or better use a connection."
    places = [
        f"nodes[{node['id']}].config.{place}" for node in data["nodes"] for place in masks_in(node["data"]["config"])
    ]
    places += [f"settings.{place}" for place in masks_in(settings)]
    return [Problem(place, message) for place in places]


def _changes(imported: Imported, existing: Workflow, data: Mapping[str, Any], settings: Mapping[str, Any]) -> list[str]:
    found = []
    if existing.description != imported.description:
        found.append("The description is another.")
    if existing.category != imported.category:
        found.append(f"Category: {existing.category} → {imported.category}.")
    if (tags := sorted(tag.name for tag in existing.tags.all())) != list(imported.tags):
        found.append(f"Tags: {', '.join(tags) or 'none'} → {', '.join(imported.tags) or 'none'}.")
    if existing.is_template != imported.is_template:
        found.append("It becomes a template." if imported.is_template else "It is a template no longer.")
    if not _means_the_same(existing, data, settings):
        told = [each.sentence for each in differences(existing.workflow_data, existing.settings, data, settings)]
        found += told or ["The definition is another."]
    return found


def _means_the_same(existing: Workflow, data: Mapping[str, Any], settings: Mapping[str, Any]) -> bool:
    try:
        old = definition_hash(read_graph(existing.workflow_data), existing.settings)
    except InvalidDefinition:
        return False
    return old == definition_hash(read_graph(data), settings)
