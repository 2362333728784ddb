"""How the steps of a draft hang together: where the row goes on, where branches meet again, what belongs to a step.

A step that *branches* (a condition with more than one answer in use, cases, a split) is followed by rows of its own,
and the row that it stands in goes on where at least two of them meet again. Any other step is followed in its own row
by what stands behind its first way out; its other ways (`rejected`, a list's `each`, `error`) lead aside. A condition
of which only "true" is used is a gate: the row goes on behind it.
"""

from opsflows.studio.drafts.document import Document, Way
from opsflows.workflows.graph import CONDITION, ERROR_HANDLE

_YES, _NO = "true", "false"


class Shape:
    """What there is to say about the edges of one state of a draft."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self._out = document.all_out()
        self._ways: dict[str, tuple[str, ...]] = {}
        self._reach: dict[tuple[str, bool], frozenset[str]] = {}
        self._rank = {node_id: rank for rank, node_id in enumerate(_in_order(self._out))}

    def out(self, node_id: str) -> dict[str, str]:
        return self._out[node_id]

    def ways(self, node_id: str) -> tuple[str, ...]:
        """The ways out that the step has; asked of its configuration once."""
        if node_id not in self._ways:
            self._ways[node_id] = self.document.ways(node_id)
        return self._ways[node_id]

    def has_way(self, node_id: str, handle: str) -> bool:
        """Whether a step can be put in there; a definition may lead out by a way that its step does not have."""
        if self.document.is_trigger(node_id):
            return handle in self.ways(node_id)
        return handle == ERROR_HANDLE or handle in self.ways(node_id)

    def branches(self, node_id: str) -> bool:
        """Whether the row that the step stands in parts there."""
        kind = self.document.kind_of(node_id)
        if kind is None or kind.step_type != CONDITION:
            return False
        return self.ways(node_id) != (_YES, _NO) or _NO in self._out[node_id]

    def way_on(self, node_id: str) -> str | None:
        """The way by which the row goes on; of a step that branches, the first. None: it ends the run."""
        ways = self.ways(node_id)
        return ways[0] if ways else None

    def following(self, node_id: str) -> str | None:
        """The next step of the row, or where the branches meet again."""
        if self.branches(node_id):
            return self.meeting(node_id)
        way = self.way_on(node_id)
        return self._out[node_id].get(way) if way else None

    def meeting(self, node_id: str) -> str | None:
        """The first step to which two answers lead; what is only reached by an error is none."""
        met: dict[str, int] = {}
        for handle, target in self._out[node_id].items():
            if handle != ERROR_HANDLE:
                for each in self.reach(target, errors=False):
                    met[each] = met.get(each, 0) + 1
        there = [each for each, count in met.items() if count > 1 and each != node_id]
        return min(there, key=self._rank.__getitem__, default=None)

    def reach(self, node_id: str, *, errors: bool = True) -> frozenset[str]:
        """The step, and all that it leads to."""
        key = (node_id, errors)
        if key not in self._reach:
            self._reach[key] = self._reached([node_id], errors=errors)
        return self._reach[key]

    def block(self, node_id: str) -> frozenset[str]:
        """The step with all that is there for it alone: its branches, not what comes after them."""
        starts = [each for each in self.document.nodes if self.document.is_trigger(each) and each != node_id]
        elsewhere = self._reached(starts, without=node_id)
        after = self.following(node_id)
        # In a circle what comes after leads back to the step; it is its own all the same.
        beyond = self.reach(after) if after else frozenset()
        return (self.reach(node_id) - elsewhere - beyond) | {node_id}

    def open_ends(self, node_id: str) -> list[Way]:
        """The ways out of the step's block at which a run would end, and what comes after could be joined."""
        ends: list[Way] = []
        waiting, seen = [node_id], set[str]()
        while waiting:
            current = waiting.pop()
            if current in seen:
                continue
            seen.add(current)
            after = self.following(current) if self.branches(current) else None
            if after is not None:
                waiting.append(after)
                continue
            way = self.way_on(current)
            handles = self.ways(current) if self.branches(current) else (way,) if way else ()
            for handle in handles:
                if (target := self._out[current].get(handle)) is not None:
                    waiting.append(target)
                else:
                    ends.append((current, handle))
        return ends

    def _reached(self, starts: list[str], *, without: str = "", errors: bool = True) -> frozenset[str]:
        seen: set[str] = set()
        waiting = list(starts)
        while waiting:
            current = waiting.pop()
            if current not in seen and current != without:
                seen.add(current)
                waiting += [t for handle, t in self._out[current].items() if errors or handle != ERROR_HANDLE]
        return frozenset(seen)


def unreached(document: Document) -> set[str]:
    """What no trigger leads to."""
    seen: set[str] = set()
    out = document.all_out()
    waiting = [node_id for node_id in document.nodes if document.is_trigger(node_id)]
    while waiting:
        current = waiting.pop()
        if current not in seen:
            seen.add(current)
            waiting += out[current].values()
    return document.nodes.keys() - seen


def _in_order(out: dict[str, dict[str, str]]) -> list[str]:
    """Every node behind all that lead to it, as far as there are no circles."""
    done: list[str] = []
    seen: set[str] = set()
    for start in out:
        walk = [] if start in seen else [(start, iter(out[start].values()))]
        seen.add(start)
        while walk:
            current, targets = walk[-1]
            target = next(targets, None)
            if target is None:
                done.append(current)
                walk.pop()
            elif target not in seen:
                seen.add(target)
                walk.append((target, iter(out[target].values())))
    return done[::-1]
