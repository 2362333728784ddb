"""XML as a tree, read without what makes XML dangerous: no DTD, no entities, no other encoding than UTF-8."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

_DEEPEST: Final = 20
_MOST: Final = 50_000
_BETWEEN: Final = "\n"
"""Between namespace and name in what the parser reports; no namespace holds a line break."""


@dataclass(slots=True)
class Element:
    """One element: its `name` without prefix, the `namespace` ("" for none), attributes as `namespace\\nname`."""

    name: str
    namespace: str
    attributes: dict[str, str]
    children: list["Element"] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The characters directly inside, children left out."""
        return "".join(self.pieces)

    def attribute(self, namespace: str, name: str) -> str:
        """An attribute's value; "" where it is absent."""
        return self.attributes.get(f"{namespace}{_BETWEEN}{name}", "")

    def named(self, name: str, namespace: str) -> Iterator["Element"]:
        """The children of this name and namespace, in their order."""
        return (child for child in self.children if child.name == name and child.namespace == namespace)


def parse_xml(body: bytes) -> Element:
    """The root of a document. Raises ValueError, with a sentence for the sender, for one that isn't taken."""
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=_BETWEEN)
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.characters
    # Entities can be declared in a DTD only, so that refusing it refuses them all, before anything is expanded.
    parser.StartDoctypeDeclHandler = reader.refuse_doctype
    try:
        parser.Parse(body.decode("utf-8"), True)
    except UnicodeDecodeError:
        raise ValueError("The body isn't in UTF-8.") from None
    except expat.ExpatError as error:
        raise ValueError(f"The body isn't well-formed XML (line {error.lineno}).") from None
    return reader.root.children[0]


class _Reader:
    def __init__(self) -> None:
        self.root = Element("", "", {})
        self._open = [self.root]
        self._count = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if len(self._open) > _DEEPEST or self._count > _MOST:
            raise ValueError(f"The XML has more than {_DEEPEST} levels or {_MOST} elements.")
        namespace, _, local = name.rpartition(_BETWEEN)
        element = Element(local, namespace, attributes)
        self._open[-1].children.append(element)
        self._open.append(element)

    def end(self, _name: str) -> None:
        self._open.pop()

    def characters(self, text: str) -> None:
        self._open[-1].pieces.append(text)

    def refuse_doctype(self, *_: object) -> None:
        raise ValueError("The XML has a DOCTYPE; send it without.")
