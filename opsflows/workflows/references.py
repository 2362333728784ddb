"""What a definition refers to by name (message templates, segments, …), looked up and frozen when it is published.

A run keeps its version, and with it the texts as they stood then; a room registers who looks its names up.
"""

import uuid
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from opsflows.rules import Problem


@dataclass(frozen=True, slots=True)
class Reference:
    """A name in a step's configuration: of what (`template`), and in which field it stands."""

    kind: str
    name: str
    field: str


class UnknownReference(LookupError):  # noqa: N818  (reads as the answer it becomes)
    """There is nothing of this name; the message says so and names what is near."""


#: From account and name to the content, as JSON. Raises `UnknownReference`.
Resolver = Callable[[uuid.UUID, str], Mapping[str, Any]]

#: What was found, by kind and name; this is what a version keeps and steps read.
Frozen = Mapping[str, Mapping[str, Mapping[str, Any]]]

#: From content to what it names itself (a segment within a segment), which is then looked up as well.
Inner = Callable[[Mapping[str, Any]], Iterable[Reference]]

_resolvers: dict[str, Resolver] = {}
_inner: dict[str, Inner] = {}


def resolver(kind: str, *, inner: Inner = lambda content: ()) -> Callable[[Resolver], Resolver]:
    """Decorator: look names of this kind up with the function; `inner` says what the content of one names."""

    def register(function: Resolver) -> Resolver:
        if kind in _resolvers:
            raise ValueError(f"Two resolvers look up {kind!r}")
        _resolvers[kind], _inner[kind] = function, inner
        return function

    return register


def resolve(references: Iterable[Reference], *, account_id: uuid.UUID) -> dict[str, dict[str, Mapping[str, Any]]]:
    """The content of each, and of all that it names itself; a name that stands in several places is looked up once.

    Raises:
        UnknownReference: for the first that is not there.
    """
    found: dict[str, dict[str, Mapping[str, Any]]] = {}
    waiting = deque(references)
    while waiting:
        kind, name = (reference := waiting.popleft()).kind, reference.name
        names = found.setdefault(kind, {})
        if name not in names:
            names[name] = content = _resolvers[kind](account_id, name)
            waiting.extend(_inner[kind](content))
    return found


def reference_problems(references: Iterable[Reference], *, account_id: uuid.UUID, path: str) -> Iterator[Problem]:
    """Of each name that is not there, at the field in which it stands."""
    for reference in references:
        try:
            resolve([reference], account_id=account_id)
        except UnknownReference as error:
            yield Problem(f"{path}.{reference.field}", str(error))
