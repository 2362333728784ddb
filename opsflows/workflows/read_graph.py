"""From `workflow_data` as it comes to a typed graph, or to the list of everything whose shape is wrong."""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from opsflows.rules import Problem
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.graph import (
    DEFAULT_HANDLE,
    TRIGGER,
    TRIGGER_KINDS,
    Edge,
    Graph,
    Node,
    StepHandling,
    node_path,
)
from opsflows.workflows.handling import HANDLING_KEYS, read_handling

MAX_NODES = 500
#: Every node has a few ways out at most, so a graph with more edges than this is broken whatever it holds.
MAX_EDGES = 10 * MAX_NODES
MAX_LABEL = 255
ID_RULE = "Must be a text of 1 to 255 letters, digits, hyphens and underscores."

_KINDS = f"{', '.join(map(repr, TRIGGER_KINDS[:-1]))} or {TRIGGER_KINDS[-1]!r}"
_ID = re.compile(r"[A-Za-z0-9_-]{1,255}", re.ASCII)
_DATA_KEYS = frozenset({"label", "kind", "config", "critical", "pinned", "disabled", *HANDLING_KEYS})


def read_graph(workflow_data: object) -> Graph:
    """The graph in `workflow_data`. `{}` is the empty graph; React Flow's own keys (size, selection) are passed over.

    Raises:
        InvalidDefinition: with every problem of shape.
    """
    reader = _Reader()
    graph = reader.graph(workflow_data)
    if reader.problems:
        raise InvalidDefinition(reader.problems)
    return graph


def is_node_id(text: object) -> bool:
    """Whether `text` may be the id of a node: short, and usable in paths."""
    return isinstance(text, str) and _ID.fullmatch(text) is not None


class _Reader:
    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def graph(self, document: object) -> Graph:
        if not isinstance(document, Mapping):
            self._wrong("workflow_data", 'Must be an object {"nodes": [...], "edges": [...]}.')
            return Graph((), ())
        nodes = [self._node(item, index) for index, item in enumerate(self._list(document, "nodes", MAX_NODES))]
        edges = [self._edge(item, index) for index, item in enumerate(self._list(document, "edges", MAX_EDGES))]
        self._refuse_twins([node.id for node in nodes if node])
        return Graph(tuple(filter(None, nodes)), tuple(filter(None, edges)))

    def _list(self, document: Mapping[str, Any], key: str, limit: int) -> list[Any]:
        items = document.get(key, [])
        if not isinstance(items, list):
            self._wrong(key, "Must be a list.")
            return []
        if len(items) > limit:
            self._wrong(key, f"Has {len(items)} entries; at most {limit} are possible. Split the workflow.")
            return []
        return items

    def _node(self, item: object, index: int) -> Node | None:
        path = f"nodes[{index}]"
        if not isinstance(item, Mapping):
            self._wrong(path, "Must be an object with id, type and data.")
            return None
        node_id = item.get("id")
        if not isinstance(node_id, str) or not is_node_id(node_id):
            self._wrong(f"{path}.id", ID_RULE)
            return None
        path, data = node_path(node_id), item.get("data")
        if not isinstance(data, Mapping):
            self._wrong(f"{path}.data", "Must be an object with kind and config.")
            return None
        for key in sorted(map(str, data.keys() - _DATA_KEYS)):
            self._wrong(f"{path}.{key[:40]}", "Is not known here; a step's own fields stand in data.config.")
        return Node(
            id=node_id,
            type=self._text(item, "type", path),
            kind=self._kind(item, data, path),
            label=self._text(data, "label", path),
            config=self._config(data, path),
            critical=self._critical(item, data, path),
            handling=self._handling(item, data, path),
            pinned=self._pinned(data, path),
            disabled=self._disabled(item, data, path),
        )

    def _kind(self, item: Mapping[str, Any], data: Mapping[str, Any], path: str) -> str:
        kind = self._text(data, "kind", path)
        if item.get("type") == TRIGGER and kind not in TRIGGER_KINDS:
            self._wrong(f"{path}.kind", f"{kind!r} is not a kind of trigger; use {_KINDS}.")
        return kind

    def _config(self, data: Mapping[str, Any], path: str) -> Mapping[str, Any]:
        config = data.get("config", {})
        if not isinstance(config, Mapping):
            self._wrong(f"{path}.config", "Must be an object.")
            return {}
        return config

    def _critical(self, item: Mapping[str, Any], data: Mapping[str, Any], path: str) -> bool | None:
        critical = data.get("critical")
        if critical is not None and not isinstance(critical, bool):
            self._wrong(f"{path}.critical", "Must be true or false; leave it out to follow errorHandling.")
            return None
        if critical is not None and item.get("type") == TRIGGER:
            self._wrong(f"{path}.critical", "Has no meaning for a trigger; leave it out.")
        return critical

    def _handling(self, item: Mapping[str, Any], data: Mapping[str, Any], path: str) -> StepHandling | None:
        handling = read_handling(data, lambda key, message: self._wrong(f"{path}.{key}", message))
        if handling is not None and item.get("type") == TRIGGER:
            self._wrong(f"{path}.onError", "A trigger neither fails nor takes time; leave error handling out.")
        if handling is not None and handling.on_error is not None and data.get("critical") is not None:
            self._wrong(f"{path}.critical", "Says the same as onError, or the contrary; keep one of them.")
        return handling

    def _pinned(self, data: Mapping[str, Any], path: str) -> Mapping[str, Any] | None:
        pinned = data.get("pinned")
        if pinned is not None and not (isinstance(pinned, Mapping) and pinned.keys() <= {"output", "handle"}):
            self._wrong(f"{path}.pinned", "Must be an object with output, and perhaps the way out as handle.")
            return None
        return pinned

    def _disabled(self, item: Mapping[str, Any], data: Mapping[str, Any], path: str) -> bool:
        disabled = data.get("disabled")
        if disabled is not None and not isinstance(disabled, bool):
            self._wrong(f"{path}.disabled", "Must be true or false; a step that is disabled is passed over.")
            return False
        if disabled and item.get("type") == TRIGGER:
            self._wrong(f"{path}.disabled", "A trigger cannot be passed over; pause the workflow instead.")
        return bool(disabled)

    def _edge(self, item: object, index: int) -> Edge | None:
        path = f"edges[{index}]"
        if not isinstance(item, Mapping):
            self._wrong(path, "Must be an object with source and target.")
            return None
        ends = item.get("source"), item.get("target")
        for name, end in zip(("source", "target"), ends, strict=True):
            if not isinstance(end, str) or not end:
                self._wrong(f"{path}.{name}", "Must be the id of a node.")
        handle = self._text(item, "sourceHandle", path) or DEFAULT_HANDLE
        return Edge(str(ends[0]), handle, str(ends[1]))

    def _text(self, item: Mapping[str, Any], key: str, path: str) -> str:
        value = item.get(key)
        if value is None:
            return ""
        if not isinstance(value, str) or len(value) > MAX_LABEL:
            self._wrong(f"{path}.{key}", f"Must be a text of at most {MAX_LABEL} characters.")
            return ""
        return value

    def _refuse_twins(self, ids: list[str]) -> None:
        for node_id in sorted(node_id for node_id, count in Counter(ids).items() if count > 1):
            self._wrong(f"{node_path(node_id)}.id", "Is used by more than one node; give each its own.")

    def _wrong(self, path: str, message: str) -> None:
        self.problems.append(Problem(path, message))
