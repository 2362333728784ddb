"""How the steps of a definition are called."""

from dataclasses import dataclass

from opsflows.workflows.graph import Node
from opsflows.workflows.registry import all_kinds


@dataclass(frozen=True, slots=True)
class Place:
    """A step of the definition: the node's id, what it is called, and its kind's label and icon."""

    node_id: str
    label: str
    kind: str
    kind_label: str
    icon: str


def place(node_id: str, label: str, kind: str) -> Place:
    """How a step is called of which no more is known than this."""
    known = all_kinds().get(kind)
    kind_label, icon = (known.label, known.icon) if known else (kind, "bolt")
    return Place(node_id, label or kind_label or node_id, kind, kind_label, icon)


def place_of(node: Node) -> Place:
    """How a node of a definition is called."""
    return place(node.id, node.label, node.kind)
