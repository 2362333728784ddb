"""What refuses a definition or a change of one, in words that name the field."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from opsflows.rules import Problem


class InvalidDefinition(ValueError):  # noqa: N818  (reads as the answer it becomes)
    """The definition cannot be saved or published as it is. `problems` lists everything found."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("; ".join(str(problem) for problem in self.problems))


class RevisionConflict(Exception):  # noqa: N818  (as above)
    """Somebody else saved in between: the draft has moved on from the revision this change started from."""

    def __init__(self, *, expected: int, current: int) -> None:
        self.expected, self.current = expected, current
        super().__init__(f"The draft is at revision {current}, this change started from {expected}; load it again.")


class NotPublished(Exception):  # noqa: N818  (as above)
    """There is no published version that could be switched on."""


class NotARule(Exception):  # noqa: N818  (as above)
    """The graph has branches, so it cannot be changed as a rule; the message says what to send instead."""


class NotWaiting(Exception):  # noqa: N818  (as above)
    """The request to publish is decided already, or no longer about what is there."""


def problems_of(error: ValidationError, document: Any, *, prefix: str = "") -> list[Problem]:
    """pydantic's findings about `document` as ours, one for each place."""
    return _problems(error, document, prefix, unknown=None)


def unknown_fields(error: ValidationError, document: Any, *, prefix: str = "") -> list[Problem]:
    """Only the findings that a field is not known."""
    return _problems(error, document, prefix, unknown=True)


def wrong_values(error: ValidationError, document: Any, *, prefix: str = "") -> list[Problem]:
    """All the other findings: what is missing or does not fit."""
    return _problems(error, document, prefix, unknown=False)


def _problems(error: ValidationError, document: Any, prefix: str, *, unknown: bool | None) -> list[Problem]:
    found: dict[str, list[str]] = {}
    for item in error.errors(include_url=False, include_input=False):
        if unknown is None or unknown is (item["type"] == "extra_forbidden"):
            path = _path(item["loc"], document, prefix)
            found.setdefault(path, []).append(_sentence(item["type"], item["msg"]))
    # A field of several types has a finding for each of them; any one of them would be right.
    return [Problem(path, " Or: ".join(dict.fromkeys(messages))) for path, messages in found.items()]


def _path(location: tuple[int | str, ...], document: Any, prefix: str) -> str:
    """`location` as authors write it: the names of types that pydantic puts in between are left out."""
    path, current = prefix, document
    for position, part in enumerate(location):
        is_last = position == len(location) - 1
        if isinstance(part, int) and isinstance(current, list | tuple) and part < len(current):
            path, current = f"{path}[{part}]", current[part]
        elif isinstance(current, Mapping) and (part in current or is_last):
            path, current = (f"{path}.{part}" if path else str(part)), current.get(part)
    return path


def _sentence(code: str, message: str) -> str:
    match code:
        case "missing":
            return "This field is required."
        case "extra_forbidden":
            return "This field is not known here; remove it or correct its spelling."
        case "model_type" | "dict_type":
            return "This must be an object."
        case "value_error":
            return message.removeprefix("Value error, ")
        case _:
            message = message.replace("Input should", "This must", 1)
            return message[:1].upper() + message[1:] + "."
