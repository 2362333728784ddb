"""What a view raises to refuse, and the shape in which every refusal is answered."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

_WHOLE = frozenset({"__all__", "non_field_errors", ""})


@dataclasses.dataclass(frozen=True, slots=True)
class FieldProblem:
    """One thing wrong with the input: `path` is dotted (`payload.items.0`), empty for the input as a whole."""

    path: str
    message: str


@dataclasses.dataclass(eq=False)
class Problem(Exception):  # noqa: N818  (it is what the answer is called)
    """A refusal. `code` is for programs and stable, `message` and `hint` are for people.

    With several `problems` each is listed; `field` names the first of them.
    """

    status: int
    code: str
    message: str
    field: str = ""
    hint: str = ""
    problems: Sequence[FieldProblem] = ()
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """The answer's JSON: `{"error": {"code", "message", "field"?, "hint"?, "problems"?}}`."""
        error: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.field:
            error["field"] = self.field
        if self.hint:
            error["hint"] = self.hint
        if len(self.problems) > 1:
            error["problems"] = [{"path": each.path, "message": each.message} for each in self.problems]
        return {"error": error}


def invalid(message: str, *, field: str = "", hint: str = "") -> Problem:
    """400: something is wrong with the input."""
    return Problem(400, "invalid", message, field, hint)


def conflict(message: str, *, field: str = "", hint: str = "") -> Problem:
    """409: right in itself, but at odds with the state of things."""
    return Problem(409, "conflict", message, field, hint)


def not_an_id(text: str) -> Problem:
    """404: where the path has an id, there is `text`, which cannot be one."""
    hint = "An id is a UUID in small letters, such as 0190a5f4-6f6e-7cc3-98c4-dc0c0c07398f."
    return Problem(404, "not_found", f"{text[:100]} is not an id.", hint=hint)


def several(problems: Iterable[FieldProblem]) -> Problem:
    """400 for `problems`, of which there is at least one."""
    found = tuple(problems)
    first = found[0]
    message = first.message if len(found) == 1 else f"{len(found)} things are wrong with the input."
    return Problem(400, "invalid", message, first.path, problems=found)


def flatten(detail: Any, path: str = "") -> list[FieldProblem]:
    """The problems in messages nested by field, as Django and REST framework report them."""
    if isinstance(detail, Mapping):
        return [found for key, value in detail.items() for found in flatten(value, _below(path, str(key)))]
    if isinstance(detail, list | tuple):
        nested = any(isinstance(item, Mapping | list | tuple) for item in detail)
        return [
            found
            for index, item in enumerate(detail)
            for found in flatten(item, _below(path, str(index)) if nested else path)
        ]
    return [FieldProblem(path, str(detail))]


def _below(path: str, key: str) -> str:
    if key in _WHOLE:
        return path
    return f"{path}.{key}" if path else key
