"""Small programs: what a flow means, written as a tree. `strategies` draws them, `graph_of` makes flows of them."""

import itertools
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st


@dataclass(frozen=True)
class Set:
    name: str
    value: int | str  #: A number, or the name of another variable.


@dataclass(frozen=True)
class Call:
    note: str
    fails: bool
    on_error: str  #: stop, continue or branch (to nothing: the way ends well).


@dataclass(frozen=True)
class Task:
    title: str


@dataclass(frozen=True)
class Rest:
    hours: int


@dataclass(frozen=True)
class If:
    name: str
    above: int
    then: "Block"
    other: "Block"


@dataclass(frozen=True)
class Together:
    ways: "tuple[tuple[bool, Block], ...]"  #: Whether it is optional, and what is done.


@dataclass(frozen=True)
class Each:
    count: int
    concurrency: int
    stops: bool
    body: "Block"


@dataclass(frozen=True)
class Stop:
    success: bool


Statement = Set | Call | Task | Rest | If | Together | Each | Stop
Block = tuple[Statement, ...]

NAMES = ("a", "b", "c")
_names = st.sampled_from(NAMES)
_texts = st.sampled_from(["x", "y {{a}}", "z {{b}}-{{index}}"])
_simple = st.one_of(
    st.builds(Set, _names, st.integers(0, 9) | _names),
    st.builds(Call, _texts, st.sampled_from([False, False, True]), st.sampled_from(["stop", "continue", "branch"])),
    st.builds(Task, _texts),
    st.builds(Rest, st.integers(1, 3)),
)


def _larger(blocks: st.SearchStrategy[Block]) -> st.SearchStrategy[Statement]:
    ways = st.lists(st.tuples(st.booleans(), blocks), min_size=2, max_size=3).map(tuple)
    lists = st.builds(Each, st.integers(0, 4), st.integers(1, 3), st.just(False), blocks)
    strict = st.builds(Each, st.integers(0, 4), st.just(1), st.just(True), blocks)
    branching = st.builds(If, _names, st.integers(0, 9), blocks, blocks)
    return st.one_of(_simple, branching, st.builds(Together, ways), lists, strict)


def _block(statements: st.SearchStrategy[Statement]) -> st.SearchStrategy[Block]:
    stops = st.one_of(st.none(), st.none(), st.none(), st.builds(Stop, st.booleans()))
    row = st.lists(statements, max_size=3)
    return st.builds(lambda statements, stop: (*statements, *([stop] if stop else [])), row, stops)


blocks = st.deferred(lambda: _block(_simple) | _block(_larger(_block(_larger(_block(_simple))))))
programs = blocks.filter(bool)


def graph_of(program: Block, *, event: str) -> dict[str, Any]:
    """The flow that does what `program` says."""
    builder = _Builder()
    # A condition right behind the trigger would decide whether there is a run at all.
    builder.row((Set("a", 1), *program), [("trigger", "done")], inside=False)
    trigger = {"id": "trigger", "type": "trigger", "data": {"kind": "event", "config": {"event": event}}}
    return {"nodes": [trigger, *builder.nodes], "edges": builder.edges}


_End = tuple[str, str]


class _Builder:
    def __init__(self) -> None:
        self.nodes: list[dict[str, Any]] = []
        self.edges: list[dict[str, str]] = []
        self._ids = (f"n{number}" for number in itertools.count())

    def row(self, block: Block, ends: list[_End], *, inside: bool) -> list[_End]:
        for statement in block:
            if not ends:
                # All ways have stopped before this statement.
                break
            ends = self._statement(statement, ends, inside=inside)
        return ends

    def _statement(self, statement: Statement, ends: list[_End], *, inside: bool) -> list[_End]:
        match statement:
            case Set(name, value):
                given = f"{{{{{value}}}}}" if isinstance(value, str) else value
                scope = "local" if inside else "global"
                return [(self._node("set", ends, values={name: given}, scope=scope), "done")]
            case Call(note, fails, on_error):
                node = self._node("probe_call", ends, beside={"onError": on_error}, note=note, fails=fails)
                if on_error == "branch":
                    self._node("set", [(node, "error")], values={"unused": 1}, scope="step")
                return [(node, "done")]
            case Task(title):
                return [(self._node("create_task", ends, title=title), "done")]
            case Rest(hours):
                return [(self._node("delay", ends, duration=f"{hours} hours"), "done")]
            case If(name, above, then, other):
                rule = {"field": name, "operator": "greater_than", "value": above}
                node = self._node("condition", ends, conditions={"logic": "AND", "rules": [rule]})
                return [
                    *self.row(then, [(node, "true")], inside=inside),
                    *self.row(other, [(node, "false")], inside=inside),
                ]
            case Together(ways):
                branches = [{"name": f"w{number}", "optional": optional} for number, (optional, _) in enumerate(ways)]
                node = self._node("parallel", ends, branches=branches)
                for number, (_, body) in enumerate(ways):
                    self.row(body, [(node, f"w{number}")], inside=True)
                return [(node, "done")]
            case Each(count, concurrency, stops, body):
                policy = "stop" if stops else "continue"
                items = list(range(count))
                node = self._node("foreach", ends, items=items, concurrency=concurrency, on_item_error=policy)
                self.row(body, [(node, "each")], inside=True)
                return [(node, "done")]
            case Stop(success):
                self._node("stop", ends, outcome="success" if success else "failure")
                return []

    def _node(self, kind: str, ends: list[_End], beside: dict[str, Any] | None = None, **config: Any) -> str:
        node_id = next(self._ids)
        step_type = kind if kind in ("delay", "condition") else "action"
        data = {"kind": kind, "config": config, **(beside or {})}
        self.nodes.append({"id": node_id, "type": step_type, "data": data})
        for source, handle in ends:
            self.edges.append({"source": source, "target": node_id, "sourceHandle": handle})
        return node_id
