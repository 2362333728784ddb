"""The texts of a workflow that a search looks through: what people named, chose and wrote in it, without secrets."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from opsflows.outbound import redact_value
from opsflows.outbound.redact import MASK
from opsflows.rules.text import to_text
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.graph import Node
from opsflows.workflows.read_graph import read_graph
from opsflows.workflows.registry import all_kinds

#: Characters that are kept of a whole workflow, and of one text in it.
MOST = 20_000
LONGEST = 2_000
#: Words of a search that count.
MAX_WORDS = 8

_OWN_KEYS = frozenset({"conditions", "errorHandling"})


@dataclass(frozen=True, slots=True)
class Piece:
    """One text of a workflow, and where it stands: the name, the trigger, a step."""

    place: str
    text: str


def pieces_of(
    *, name: str, description: str, category: str, tags: Iterable[str], workflow_data: Any, settings: Any = None
) -> Iterator[Piece]:
    """What a search finds, from the most telling on. What cannot be read as a graph has only its name and its like."""
    yield Piece("Name", name)
    if description:
        yield Piece("Description", description[:LONGEST])
    yield Piece("Category", category)
    for tag in tags:
        yield Piece("Tag", tag)
    try:
        nodes = read_graph(workflow_data).nodes
    except InvalidDefinition:
        return
    for node in nodes:
        yield from _of_node(node)
    for text in _texts(redact_value(settings or {})):
        yield Piece("Settings", text)


def search_text(pieces: Iterable[Piece]) -> str:
    """The pieces as one text to look words up in; each once, and no more than `MOST` characters in all."""
    found: dict[str, None] = {}
    length = 0
    for piece in pieces:
        line = folded(piece.text)
        if not line or line in found:
            continue
        if length + len(line) > MOST:
            break
        found[line] = None
        length += len(line) + 1
    return "\n".join(found)


def words_of(term: str) -> list[str]:
    """The words of a search as they stand in the text; all of them have to."""
    return list(dict.fromkeys(folded(term).split()))[:MAX_WORDS]


def folded(text: str) -> str:
    """`text` as it is compared: in whatever case, with letters and their accents written as one character or as two."""
    plain = unicodedata.normalize("NFC", " ".join(text.replace("\x00", " ").split()))
    return unicodedata.normalize("NFC", plain.casefold())


def _of_node(node: Node) -> Iterator[Piece]:
    if node.is_trigger:
        place = "Trigger"
    else:
        kind = all_kinds().get(node.kind)
        kind_label = kind.label if kind else node.kind
        place = f"Step “{node.label or kind_label}”"
        if node.label:
            yield Piece(place, node.label)
        yield Piece(place, kind_label)
    for text in _texts(redact_value(node.config)):
        yield Piece(place, text)


def _texts(value: Any, key: str = "") -> Iterator[str]:
    """The values in a configuration, and the names that people gave them; what is masked is left out."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            # Inside of a field the keys are people's own, such as a record's fields; those of conditions are not.
            if key and key not in _OWN_KEYS:
                yield str(name)[:LONGEST]
            yield from _texts(inner, str(name))
        return
    if isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)
        return
    text = "" if value is None or isinstance(value, bool) else to_text(value).replace(MASK, " ").strip()
    if text:
        yield text[:LONGEST]
