"""What the fields of a configuration are called, as its form calls them."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from pydantic import BaseModel
from pydantic.errors import PydanticUserError

Schema = Mapping[str, Any]

_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_ACRONYMS = {"url": "URL", "api": "API", "id": "ID", "json": "JSON", "sql": "SQL", "html": "HTML", "cc": "CC"}


@lru_cache(maxsize=512)
def schema_of(model: type[BaseModel]) -> Schema:
    """The JSON Schema of a configuration; empty where it has none that could be written down."""
    try:
        return model.model_json_schema()
    except PydanticUserError:
        return {}


def in_words(name: str) -> str:
    """`assignTo` and `assign_to` as `Assign to`."""
    parts = [part.lower() for part in _PARTS.findall(name)]
    said = " ".join(_ACRONYMS.get(part, part) for part in parts) or name
    return said[:1].upper() + said[1:]


class Titles:
    """The titles below one place of a schema, found as one goes down into a value."""

    def __init__(self, root: Schema, here: Schema | None = None) -> None:
        self._root = root
        self._here = root if here is None else here

    def of(self, key: str) -> str:
        """What the entry `key` is called: its title, else its name in words; a key of people's own is left alone."""
        found = self._property(key)
        if found is None:
            return key
        title = found.get("title")
        # Pydantic makes titles of names, too, and not well ("Assignto").
        made = key.title().replace("_", " ").strip()
        return str(title) if title and title != made else in_words(key)

    def below(self, key: str) -> "Titles":
        """The titles inside the entry `key`."""
        return Titles(self._root, self._property(key) or {})

    def each(self) -> "Titles":
        """The titles inside the entries of a list."""
        found: Any = next((kind["items"] for kind in self._kinds(self._here, 0) if kind.get("items")), {})
        return Titles(self._root, found if isinstance(found, Mapping) else {})

    @property
    def has_fields(self) -> bool:
        """Whether the schema says which entries there may be."""
        return any(kind.get("properties") for kind in self._kinds(self._here, 0))

    def _property(self, key: str) -> Schema | None:
        for kind in self._kinds(self._here, 0):
            found = kind.get("properties", {}).get(key)
            if isinstance(found, Mapping):
                return found
        return None

    def _kinds(self, schema: Schema, depth: int) -> Iterator[Schema]:
        """What a value may be here: through references, and each of several possibilities."""
        if depth > 8:
            return
        yield schema
        reference = schema.get("$ref")
        if isinstance(reference, str):
            yield from self._kinds(self._root.get("$defs", {}).get(reference.rpartition("/")[2], {}), depth + 1)
        for name in ("anyOf", "oneOf", "allOf"):
            for each in schema.get(name, ()):
                yield from self._kinds(each, depth + 1)
