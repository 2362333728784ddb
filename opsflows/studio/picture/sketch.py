"""What is to be drawn, read off a definition as far as it can be read: a picture helps most where it is broken."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from opsflows.studio.picture.ways import rank_of, word_for
from opsflows.workflows.graph import CONDITION, DEFAULT_HANDLE, ERROR_HANDLE, EVENT, TRIGGER
from opsflows.workflows.kinds import ForkKind, StepKind
from opsflows.workflows.read_graph import MAX_EDGES, MAX_NODES
from opsflows.workflows.registry import all_kinds
from opsflows.workflows.ways_out import ways_of


@dataclass(frozen=True, slots=True)
class Box:
    """One step. `name` is what staff call it, `note` says what it is; `shape` is trigger, condition, wait or step."""

    id: str
    shape: str
    name: str
    note: str
    icon: str
    is_disabled: bool
    is_fork: bool


@dataclass(frozen=True, slots=True)
class Way:
    """All arrows from one box to another as one, called by `word` where it needs a name.

    `place` is where it stands among the ways of its step, `is_inside` whether it leads into a branch of a fork.
    """

    source: str
    target: str
    word: str
    place: int
    is_inside: bool
    is_on: bool


@dataclass(frozen=True, slots=True)
class Sketch:
    """Boxes with different ids, and ways between them; `left_out` counts what was too much to draw."""

    boxes: tuple[Box, ...]
    ways: tuple[Way, ...]
    left_out: int


def sketch_of(workflow_data: object) -> Sketch:
    """Whatever of `workflow_data` can be drawn; never raises."""
    document = workflow_data if isinstance(workflow_data, Mapping) else {}
    nodes: dict[str, Mapping[str, Any]] = {}
    for node in _objects(document.get("nodes")):
        if isinstance(node_id := node.get("id"), str) and node_id:
            nodes.setdefault(node_id, node)
    drawn = dict(list(nodes.items())[:MAX_NODES])
    boxes = {node_id: _box(node_id, node) for node_id, node in drawn.items()}
    arrows: dict[tuple[str, str], list[str]] = {}
    leaving: dict[str, set[str]] = {}
    for edge in _objects(document.get("edges"), MAX_EDGES):
        source, target = edge.get("source"), edge.get("target")
        if isinstance(source, str) and isinstance(target, str) and source in boxes and target in boxes:
            handle = edge.get("sourceHandle")
            handle = handle if isinstance(handle, str) and handle else DEFAULT_HANDLE
            handles = arrows.setdefault((source, target), [])
            if handle not in handles:
                handles.append(handle)
            leaving.setdefault(source, set()).add(handle)
    ways = [
        _way(boxes[source], target, handles, leaving[source], _ways(drawn[source]))
        for (source, target), handles in arrows.items()
    ]
    return Sketch(tuple(boxes.values()), tuple(ways), len(nodes) - len(drawn))


def _objects(items: object, most: int | None = None) -> Iterator[Mapping[str, Any]]:
    for item in items[:most] if isinstance(items, list | tuple) else ():
        if isinstance(item, Mapping):
            yield item


def _data(node: Mapping[str, Any]) -> Mapping[str, Any]:
    data = node.get("data")
    return data if isinstance(data, Mapping) else {}


def _config(node: Mapping[str, Any]) -> Mapping[str, Any]:
    config = _data(node).get("config")
    return config if isinstance(config, Mapping) else {}


def _text(value: object) -> str:
    return " ".join(value.split()) if isinstance(value, str) else ""


def _box(node_id: str, node: Mapping[str, Any]) -> Box:
    data, kind = _data(node), _kind(node)
    label, kind_name = _text(data.get("label")), _text(data.get("kind"))
    if node.get("type") == TRIGGER:
        shape, note, icon = "trigger", *_start(kind_name)
        name = label or _text(_config(node).get("event")) or _text(_config(node).get("cron")) or note
    else:
        note, icon = (kind.label, kind.icon) if kind else (kind_name or "Unknown step", "help")
        step_type = kind.step_type if kind else "action"
        shape = CONDITION if step_type == "condition" else "wait" if step_type == "delay" else "step"
        name = label or note
    return Box(
        id=node_id,
        shape=shape,
        name=name,
        note="" if note == name else note,
        icon=icon,
        is_disabled=data.get("disabled") is True,
        is_fork=isinstance(kind, ForkKind),
    )


def _start(kind: str) -> tuple[str, str]:
    """What a trigger is called, and its icon."""
    return {
        EVENT: ("When this happens", "bolt"),
        "schedule": ("On a schedule", "schedule"),
        "manual": ("Started by hand", "touch_app"),
    }.get(kind, ("Start", "bolt"))


def _kind(node: Mapping[str, Any]) -> StepKind | None:
    name = _data(node).get("kind")
    return all_kinds().get(name) if isinstance(name, str) and node.get("type") != TRIGGER else None


def _ways(node: Mapping[str, Any]) -> tuple[str, ...]:
    return ways_of(_kind(node), _config(node))


def _way(box: Box, target: str, handles: list[str], leaving: set[str], order: tuple[str, ...]) -> Way:
    places = {handle: rank_of(handle, order) for handle in handles}
    named = sorted(handles, key=lambda handle: (places[handle], handle))
    is_only = len(leaving) == 1
    words = [word_for(handle, is_fork=box.is_fork, is_only=is_only) for handle in named]
    inside = box.is_fork and not {DEFAULT_HANDLE, ERROR_HANDLE} & set(handles)
    word = " or ".join(filter(None, words))
    if {*handles} == {DEFAULT_HANDLE, ERROR_HANDLE}:
        word = f"also {word_for(ERROR_HANDLE, is_fork=False, is_only=False)}"
    return Way(box.id, target, word, min(places.values()), inside, DEFAULT_HANDLE in handles)
