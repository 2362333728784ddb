"""The fields of an event's payload: read out of its JSON Schema, and written by staff one to a line."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

#: What staff call the kinds of fields, and how a schema writes them.
KINDS: Final[Mapping[str, Mapping[str, str]]] = {
    "text": {"type": "string"},
    "number": {"type": "number"},
    "whole number": {"type": "integer"},
    "yes or no": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "date and time": {"type": "string", "format": "date-time"},
    "email address": {"type": "string", "format": "email"},
    "web address": {"type": "string", "format": "uri"},
    "list": {"type": "array"},
    "object": {"type": "object"},
}
#: Fields of one event, and levels below the payload, that are shown or taken.
_MOST: Final = 500
_DEEPEST: Final = 5
#: What fits on a line; a field that somebody named otherwise is shown, but neither written nor touched.
_NAME: Final = re.compile(r"[^:\n{}|]{1,255}\Z")


@dataclass(frozen=True, slots=True)
class PayloadField:
    """One field: `name` as rules write it (a dotted path), `kind` in words, whether it is there in every event."""

    name: str
    kind: str
    meaning: str
    example: Any
    is_certain: bool


def payload_fields(schema: Any) -> list[PayloadField]:
    """The fields that a schema describes, those that are always there first; empty where it describes none.

    Total: whatever somebody stored as a schema, what makes no sense in it is passed over.
    """
    found = [field for field, _ in zip(_walk(schema, "", 1, certain=True), range(_MOST), strict=False)]
    return sorted(found, key=lambda field: (not field.is_certain, field.name))


def _walk(schema: Any, prefix: str, level: int, *, certain: bool) -> Iterator[PayloadField]:
    for name, declared in _properties(schema).items():
        required = schema.get("required")
        is_certain = certain and isinstance(required, list) and name in required
        examples = declared.get("examples")
        yield PayloadField(
            name=f"{prefix}{name}",
            kind=kind_of(declared),
            meaning=_meaning(declared),
            example=examples[0] if isinstance(examples, list) and examples else None,
            is_certain=is_certain,
        )
        if level < _DEEPEST:
            yield from _walk(declared, f"{prefix}{name}.", level + 1, certain=is_certain)


def _properties(schema: Any) -> dict[str, dict[str, Any]]:
    given = schema.get("properties") if isinstance(schema, Mapping) else None
    return {name: each for name, each in given.items() if isinstance(each, dict)} if isinstance(given, Mapping) else {}


def _meaning(declared: Mapping[str, Any]) -> str:
    return " ".join(str(declared.get("description") or declared.get("title") or "").split())


def kind_of(declared: Mapping[str, Any]) -> str:
    """A field's kind in words; "anything" where the schema leaves it open."""
    given = declared.get("type")
    types = [each for each in given if each != "null"] if isinstance(given, list) else [given]
    written = types[0] if len(types) == 1 else None, declared.get("format")
    exact = (kind for kind, each in KINDS.items() if (each["type"], each.get("format")) == written)
    loose = (kind for kind, each in KINDS.items() if each == {"type": written[0]})
    return next(exact, None) or next(loose, "anything")


def write_lines(schema: Any) -> str:
    """The top-level fields as `read_lines` takes them."""
    lines = []
    for name, declared in _properties(schema).items():
        if not _is_writable(name):
            continue
        lines.append(": ".join(filter(None, [name, kind_of(declared), _meaning(declared)])))
    return "\n".join(lines)


def read_lines(text: str, *, before: Any) -> dict[str, Any]:
    """The schema that the lines `name: kind: meaning` describe; what `before` says beyond them stays.

    Raises:
        ValueError: a line is wrong; the message names it and says what would be right.
    """
    known = _properties(before)
    properties = {name: each for name, each in known.items() if not _is_writable(name)}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        name, kind, meaning = [*(part.strip() for part in line.split(":", 2)), "", ""][:3]
        if not _is_writable(name):
            raise ValueError(f"Line {number}: “{name}” is no field's name; write one such as customerName.")
        if name in properties:
            raise ValueError(f"Line {number}: {name} was named before; one line is enough.")
        properties[name] = _declared(known.get(name), kind or "text", meaning, number)
    if len(properties) > _MOST:
        raise ValueError(f"At most {_MOST} fields can be described; these are {len(properties)}.")
    if not properties and not known:
        return dict(before) if isinstance(before, Mapping) else {}
    rest = {key: value for key, value in before.items() if key != "required"} if isinstance(before, Mapping) else {}
    required = before.get("required") if isinstance(before, Mapping) else None
    known_names = [name for name in required if isinstance(name, str)] if isinstance(required, list) else []
    still = [name for name in known_names if name in properties]
    return {"type": "object", **rest, **({"required": still} if still else {}), "properties": properties}


def _is_writable(name: str) -> bool:
    return bool(_NAME.match(name)) and name == name.strip() and len(name.splitlines()) == 1


def _declared(before: dict[str, Any] | None, kind: str, meaning: str, number: int) -> dict[str, Any]:
    kind = " ".join(kind.lower().split())
    kept = before if before is not None and kind_of(before) == kind else None
    if kept is None and kind not in KINDS:
        raise ValueError(f"Line {number}: “{kind}” is no kind of field; write one of: {', '.join(KINDS)}.")
    declared = KINDS[kind] if kept is None else kept
    said = {key: value for key, value in declared.items() if key not in {"title", "description"}}
    return said | ({"description": meaning} if meaning else {})
