"""A preset's declared configuration: one declaration gives the form, the defaults and the validation."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Problem = tuple[str, str]
"""The field and a sentence that says what is wrong and what would be right."""


@dataclass(frozen=True, slots=True)
class Option:
    """One setting of a preset. The default's type is the setting's type (text or whole number).

    `choices` closes the set of values, `least` and `most` bound a number, `check` says what is wrong with a text.
    """

    name: str
    label: str
    default: str | int = ""
    help: str = ""
    choices: tuple[str, ...] = ()
    required: bool = False
    least: int = 0
    most: int = 86_400
    check: Callable[[str], str | None] | None = None

    def problem(self, value: Any) -> str | None:
        """What is wrong with `value`, as a sentence; None where it will do."""
        if isinstance(self.default, int):
            if type(value) is not int or not self.least <= value <= self.most:
                return f"{self.label} is a whole number from {self.least} to {self.most}."
            return None
        if not isinstance(value, str):
            return f"{self.label} is a text."
        if self.choices and value not in self.choices:
            return f"{self.label} is one of: {', '.join(self.choices)}."
        if self.required and not value.strip():
            return f"{self.label} is missing."
        return self.check(value) if self.check and value else None


def with_defaults(declared: Iterable[Option], given: Mapping[str, Any]) -> dict[str, Any]:
    """The given values completed by the declared defaults; names that aren't declared are left out."""
    return {option.name: given.get(option.name, option.default) for option in declared}


def check(declared: Iterable[Option], given: Mapping[str, Any]) -> list[Problem]:
    """Every problem of the given values against the declaration, unknown names included."""
    declared = tuple(declared)
    known = [option.name for option in declared]
    hint = f"known are: {', '.join(known)}" if known else "this preset has none"
    unknown = [(str(name), f"There is no such option; {hint}.") for name in given if name not in known]
    values = with_defaults(declared, given)
    wrong = [(option.name, option.problem(values[option.name])) for option in declared]
    return unknown + [(name, message) for name, message in wrong if message]
