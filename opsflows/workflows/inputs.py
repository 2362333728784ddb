"""What a workflow reads of the event that starts it: the fields that somebody who starts it by hand is asked for."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from opsflows.rules import RuleError, compile_value
from opsflows.rules.dates import NAMED_DATES
from opsflows.workflows.compiled import examine_node
from opsflows.workflows.graph import Graph
from opsflows.workflows.named_conditions import expand_graph
from opsflows.workflows.passed_over import without_disabled
from opsflows.workflows.reads import reads_of

#: What every run knows by itself, and what a step about a list calls each of its items.
_KNOWN = frozenset({"steps", "event", "execution", "now", "timestamp", "item", *NAMED_DATES})
_PART = re.compile(r"[A-Za-z_][\w-]*", re.ASCII)
_MOST = 40


@dataclass(frozen=True, slots=True)
class Input:
    """One field: its dotted path, `text`, `number` or `boolean`, and what the catalog says of it."""

    path: str
    kind: str
    help: str = ""
    example: str = ""


def inputs_of(graph: Graph, *, references: Mapping[str, Any], schema: Mapping[str, Any]) -> list[Input]:
    """The fields in the order in which the steps read them; `schema` is the catalog's of the event.

    A field that is a list, or inside one, is left out: it has no form.
    """
    reads: dict[str, list[Any]] = {}
    graph = without_disabled(graph)
    for node in expand_graph(graph, references).nodes:
        for path, compared in reads_of(node).items():
            reads.setdefault(path, []).extend(compared)
    for path in _texts(references):
        reads.setdefault(path, [])
    own = _KNOWN | set(_set_by_steps(graph))
    wanted = [path for path in reads if path.partition(".")[0] not in own and _is_typed(path)]
    leaves = [path for path in wanted if not any(other.startswith(f"{path}.") for other in wanted)]
    found = (_input(path, reads[path], _described(schema, path)) for path in leaves[:_MOST])
    return [each for each in found if each is not None]


def nested(values: Iterable[tuple[str, Any]], base: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """`values` by their dotted paths, as a document, over what `base` says."""
    document = _copy(base or {})
    for path, value in values:
        *parents, last = path.split(".")
        place = document
        for parent in parents:
            if not isinstance(place.get(parent), dict):
                place[parent] = {}
            place = place[parent]
        place[last] = value
    return document


def _copy(value: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _copy(item) if isinstance(item, Mapping) else item for key, item in value.items()}


def _texts(references: Mapping[str, Any]) -> Iterator[str]:
    """What the texts read that a version refers to, such as message templates."""
    try:
        yield from sorted(compile_value(dict(references)).variables)
    except RuleError:
        return


def _is_typed(path: str) -> bool:
    """Whether each part is a name, and none the number of an entry."""
    return all(map(_PART.fullmatch, path.split(".")))


def _set_by_steps(graph: Graph) -> Iterator[str]:
    for node in graph.nodes:
        examined = None if node.is_trigger else examine_node(node)
        if examined and examined.kind and examined.config is not None:
            yield from examined.kind.sets(examined.config)


def _described(schema: Mapping[str, Any], path: str) -> Mapping[str, Any]:
    """What the catalog's JSON schema says of the field; empty where it says nothing."""
    current: Any = schema
    for part in path.split("."):
        properties = current.get("properties") if isinstance(current, Mapping) else None
        current = properties.get(part) if isinstance(properties, Mapping) else None
    return current if isinstance(current, Mapping) else {}


def _input(path: str, compared: list[Any], described: Mapping[str, Any]) -> Input | None:
    kinds = {"string": "text", "integer": "number", "number": "number", "boolean": "boolean"}
    said = described.get("type")
    if said in ("array", "object"):
        return None
    kind = kinds.get(str(said)) or _kind_of(compared)
    examples = described.get("examples")
    example = str(examples[0]) if isinstance(examples, list) and examples else ""
    return Input(path, kind, str(described.get("description") or ""), example)


def _kind_of(compared: list[Any]) -> str:
    """As what the field is compared with: `value > 100000` wants a number."""
    values = [item for value in compared for item in (value if isinstance(value, list) else [value])]
    if any(isinstance(value, bool) for value in values):
        return "boolean"
    return "number" if any(isinstance(value, int | Decimal) for value in values) else "text"
