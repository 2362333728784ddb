"""What is wrong with a step, by the places of its config: what refuses even a draft, and what only publishing."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from opsflows.rules import Problem
from opsflows.workflows.compiled import examine_node
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.graph import node_path
from opsflows.workflows.named_conditions import open_node
from opsflows.workflows.read_graph import read_graph

#: How the step is called while it is judged; its own id is no part of the findings.
_ID = "step"
_WORDS = (
    (re.compile(r"^Unable to extract tag using discriminator.*"), "Choose what is to be done."),
    (re.compile(r", unable to (interpret|parse)[^.]*"), ""),
    (re.compile(r"\ba valid boolean"), "on or off"),
    (re.compile(r"\ba valid integer"), "a whole number"),
    (re.compile(r"\ba valid (number|decimal)"), "a number"),
    (re.compile(r"\ba valid string"), "a text"),
    (re.compile(r"\ba valid list"), "a list"),
    (re.compile(r"\ba valid dictionary"), "names with values"),
)
_LAST = re.compile(r"(\.[^.\[\]]+|\[\d+\])\Z")


@dataclass(slots=True)
class Findings:
    """Messages by path, such as `config.lines[0].points`."""

    broken: dict[str, list[str]] = field(default_factory=dict)
    unfinished: dict[str, list[str]] = field(default_factory=dict)

    def placed(self, known: Iterable[str]) -> "Findings":
        """The same, each at the nearest place that the form has; what has none is under the empty path."""
        places = set(known)
        return Findings(_placed(self.broken, places), _placed(self.unfinished, places))


def findings_of(node_data: Mapping[str, Any], step_type: str) -> Findings:
    """Look a step's `data` through, as saving and publishing would."""
    found = Findings()
    document = {"nodes": [{"id": _ID, "type": step_type, "data": dict(node_data)}], "edges": []}
    try:
        node = open_node(read_graph(document).nodes[0])
    except InvalidDefinition as error:
        _note(found.broken, error.problems)
        return found
    examined = examine_node(node)
    _note(found.broken, examined.broken)
    _note(found.unfinished, examined.unfinished)
    if examined.kind is not None and examined.config is not None and not examined.broken:
        _note(found.unfinished, examined.kind.check(examined.config, path=f"{node.path}.config"))
    return found


def _note(messages: dict[str, list[str]], problems: Iterable[Problem]) -> None:
    for problem in problems:
        path = problem.path.removeprefix(f"{node_path(_ID)}.")
        text = _in_words(problem.message)
        messages.setdefault(path, []).append(f"{text[:1].upper()}{text[1:]}")


def _placed(messages: Mapping[str, list[str]], places: set[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path, texts in messages.items():
        near = path
        while near and near not in places:
            shorter = _LAST.sub("", near)
            near = "" if shorter == near else shorter
        # What has no place in the form has to be named.
        named = texts if near or not path else [f"{path.removeprefix('config.')}: {text}" for text in texts]
        found.setdefault(near, []).extend(named)
    return found


def _in_words(message: str) -> str:
    """What a schema says of a value, for people who write no JSON."""
    for pattern, words in _WORDS:
        message = pattern.sub(words, message)
    return message
