"""What is known of the event that a step sends, and conditions asked of it: known values are put in, and what is handed
on unchanged is the field that it came from."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from opsflows.rules.conditions.tree import Group, Leaf, Node, Reference
from opsflows.rules.dates import NAMED_DATES
from opsflows.rules.lookup import MISSING, split_path
from opsflows.studio.conflicts.comparisons import ALWAYS, NEVER, Comparison, renamed, truth
from opsflows.studio.conflicts.probe import PROBE
from opsflows.studio.conflicts.rule import Rule
from opsflows.studio.conflicts.sends import Send

_LONE = re.compile(r"\{\{\s*([^{}|\s][^{}|]*?)\s*\}\}")
_FACTS = ("event", "execution")


@dataclass(frozen=True)
class Known:
    """A value that is known, or the field of an earlier event that it is; neither: nothing is known."""

    value: Any = None
    is_value: bool = False
    field: str = ""


UNKNOWN = Known()


@dataclass(frozen=True)
class Carried:
    """What the event at one place of a chain carries. `send` is the step that sent it; None: it came from outside."""

    place: int
    send: Send | None = None
    sender: Rule | None = None
    before: "Carried | None" = None

    def find(self, path: str) -> Known:
        """What is known of the field at `path`."""
        send, segments = self.send, split_path(path)
        own = Known(field=f"{self.place}:{path}")
        if send is None or segments[0] in _FACTS:
            return own
        value: Any = send.data
        for depth, segment in enumerate(segments):
            if not isinstance(value, Mapping) or any("." in str(key) for key in value):
                return own
            if segment in value:
                value = value[segment]
                continue
            if depth:
                # Of a record only some fields are written; of a payload, what is in it is all there is.
                return Known(MISSING, is_value=True) if send.is_whole or send.workflow else own
            if send.passes and self.before is not None:
                return self.before.find(path)
            return Known(MISSING, is_value=True) if send.is_whole else own
        return self._valued(value, own)

    def _valued(self, value: Any, own: Known) -> Known:
        if isinstance(value, str) and ("{{" in value or "{%" in value):
            return self._from_text(value) or own
        if isinstance(value, Mapping | list) and ("{{" in repr(value) or "{%" in repr(value)):
            return own
        return own if isinstance(value, Mapping) else Known(value, is_value=True)

    def _from_text(self, text: str) -> Known | None:
        """What a text that is one variable and nothing else hands on."""
        lone = _LONE.fullmatch(text.strip())
        if lone is None or self.before is None or self.sender is None:
            return None
        first = split_path(lone[1])[0]
        if first in self.sender.set_names or first in NAMED_DATES:
            return None
        found = self.before.find(lone[1])
        # What is missing is handed on as null.
        return Known(None, is_value=True) if found.is_value and found.value is MISSING else found


def asked_of(node: Node, carried: Carried) -> Node:
    """The condition as one about the whole chain: fields called by the place at which their value entered it."""
    if isinstance(node, Group):
        return Group(node.logic, tuple(asked_of(child, carried) for child in node.children))
    return _leaf(node, carried)


def _leaf(leaf: Leaf, carried: Carried) -> Node:
    own = renamed(leaf, f"{carried.place}:{leaf.field}")
    each = Comparison(leaf, True)
    if each.is_opaque or each.is_relative:
        # What they are compared with is another at another moment.
        return renamed(own, f"{own.field} at {carried.place}")
    found = carried.find(leaf.field)
    if found.is_value:
        return ALWAYS if truth(leaf, found.value, PROBE) else NEVER
    # Handed on, what was missing is null: only what asks for null tells the two apart.
    is_same = bool(found.field) and not _asks_for_null(leaf)
    return renamed(leaf, found.field) if is_same else own


def _asks_for_null(leaf: Leaf) -> bool:
    items = leaf.expected if isinstance(leaf.expected, list) else [leaf.expected]
    return leaf.operator.takes_value and any(item is None or isinstance(item, Reference) for item in items)
