"""What a definition refers to by name (message templates, …), looked up and frozen when it is published.

A run keeps its version, and with it the texts as they stood then; a room registers who looks its names up.
"""

import uuid
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

_resolvers: dict[str, Resolver] = {}


def resolver(kind: str) -> Callable[[Resolver], Resolver]:
    """Decorator: look names of this kind up with the function."""

    def register(function: Resolver) -> Resolver:
        if kind in _resolvers:
            raise ValueError(f"Two resolvers look up {kind!r}")
        _resolvers[kind] = function
        return function

    return register


def resolve(references: Iterable[Reference], *, account_id: uuid.UUID) -> dict[str, dict[str, Mapping[str, Any]]]:
    """The content of each; a name that stands in several places is looked up once.

    Raises:
        UnknownReference: for the first that is not there.
    """
    found: dict[str, dict[str, Mapping[str, Any]]] = {}
    for reference in references:
        names = found.setdefault(reference.kind, {})
        if reference.name not in names:
            names[reference.name] = _resolvers[reference.kind](account_id, reference.name)
    return found


def reference_problems(references: Iterable[Reference], *, account_id: uuid.UUID, path: str) -> Iterator[Problem]:
    """Of each name that is not there, at the field in which it stands."""
    for reference in references:
        try:
            resolve([reference], account_id=account_id)
        except UnknownReference as error:
            yield Problem(f"{path}.{reference.field}", str(error))
