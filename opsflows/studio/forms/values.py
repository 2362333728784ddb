"""Places of a form that hold a number, a choice, a name that the account knows, a switch, or any plain value."""

import re
from collections.abc import Sequence
from typing import Any

from opsflows.rules.text import to_text
from opsflows.studio.forms import offered
from opsflows.studio.forms.input_of import shows
from opsflows.studio.forms.inputs import Input, TextInput, chosen
from opsflows.studio.forms.masks import masked
from opsflows.studio.forms.posted import Posted
from opsflows.studio.forms.shapes import ABSENT, Shape
from opsflows.studio.forms.shown import Desk, Shown
from opsflows.studio.forms.typed import number, typed, written
from opsflows.workflows import field_looks as looks

_BARE = re.compile(r"[A-Za-z_][\w-]*(\.[\w-]+)*", re.ASCII)


@shows(looks.NUMBER)
class NumberInput(Input):
    """A number within its bounds."""

    def parse(self, posted: Posted, name: str, text: str, before: Any) -> Any:
        shape = self.shape
        if not text.strip():
            return None if shape.is_nullable and shape.default is not None else ABSENT
        found = number(text)
        if found is None or (shape.is_whole and not isinstance(found, int)):
            posted.refuse(name, f"Must be a {'whole ' if shape.is_whole else ''}number, such as {shape.least or 10}.")
            return before
        if (shape.least is not None and found < shape.least) or (shape.most is not None and found > shape.most):
            posted.refuse(name, f"Must be {_bounds(shape)}; {to_text(found)} is not.")
            return before
        return found

    def draw(self, desk: Desk, name: str, before: Any) -> Shown:
        mode = "numeric" if self.shape.is_whole else "decimal"
        text = desk.posted.text(name)
        return desk.shown("area" if "\n" in text else "line", self.shape, name, value=text, mode=mode)


@shows(looks.CHOICE)
class ChoiceInput(Input):
    """One of a few, or of what the account has; what stands there already may stay, known or not."""

    def write(self, posted: Posted, name: str, value: Any) -> None:
        posted.put(name, self.text_of(value))

    def parse(self, posted: Posted, name: str, text: str, before: Any) -> Any:
        return self._value(text)

    def read(self, posted: Posted, name: str, path: str, before: Any) -> Any:
        found = super().read(posted, name, path, before)
        if found is not before and found is not ABSENT and self._closed and found not in map(self._value, self._known):
            posted.refuse(name, "Choose one of those that are offered.")
            return before
        return found

    def _value(self, text: str) -> Any:
        if self._is_tri:
            return {"true": True, "false": False}.get(text, ABSENT)
        return text or ABSENT

    @property
    def _is_tri(self) -> bool:
        return not self.shape.choices and self.shape.look == looks.CHOICE

    @property
    def _closed(self) -> bool:
        return bool(self._known)

    @property
    def _known(self) -> Sequence[str]:
        return ("true", "false") if self._is_tri else [value for value, _ in self.shape.choices]

    def draw(self, desk: Desk, name: str, before: Any) -> Shown:
        known = (("true", "Yes"), ("false", "No")) if self._is_tri else self.shape.choices
        text = desk.posted.text(name)
        # What stands there and says nothing stays as well.
        none = self._none if text or self._none else "Not chosen"
        return desk.shown("select", self.shape, name, choices=chosen(text, known, none))

    @property
    def _none(self) -> str | None:
        """What leaving it open is called, where it can be left open."""
        if self.shape.default is ABSENT:
            return "Choose …"
        values = [value for value, _ in self.shape.choices]
        return "As usual" if self.shape.default in (None, "") and "" not in values else None


@shows(
    looks.WORKFLOW,
    looks.MESSAGE_TEMPLATE,
    looks.LOOKUP_TABLE,
    looks.APPROVAL_POLICY,
    looks.DATABASE,
    looks.STATEMENT,
)
class NamedInput(TextInput):
    """Something that the account has under a name: chosen where there are not too many, else typed."""

    def draw(self, desk: Desk, name: str, before: Any) -> Shown:
        known = desk.offered.choices(self.shape.look)
        text = desk.posted.text(name)
        is_strange = bool(text) and text not in dict(known)
        called = desk.offered.called(self.shape.look, text) if is_strange else ""
        if not known or len(known) >= offered.MOST:
            shown = super().draw(desk, name, before)
            shown.help = f"This is “{called}”. {shown.help}" if called else shown.help
            return shown
        none = "Choose …" if self.shape.is_required else "None"
        choices = chosen(text, [*known, *([(text, _strange(text, called))] if is_strange else [])], none)
        return desk.shown("select", self.shape, name, choices=choices)


@shows(looks.SWITCH)
class SwitchInput(Input):
    """On or off."""

    def fits(self, value: Any) -> bool:
        return value is None or isinstance(value, bool)

    def text_of(self, value: Any) -> str:
        return "on" if self.shown_of(value) is True else ""

    def parse(self, posted: Posted, name: str, text: str, before: Any) -> Any:
        return text == "on"

    def draw(self, desk: Desk, name: str, before: Any) -> Shown:
        return desk.shown("switch", self.shape, name, value=desk.posted.text(name))


@shows(looks.VALUE, looks.LIST_PATH)
class ValueInput(Input):
    """A number, true, false, a text or a variable; of a list, usually one variable."""

    def text_of(self, value: Any) -> str:
        return masked(written(self.shown_of(value)), self.shape.key)

    def parse(self, posted: Posted, name: str, text: str, before: Any) -> Any:
        if not text.strip():
            return ABSENT
        if self.shape.look == looks.LIST_PATH and _BARE.fullmatch(text.strip()):
            return f"{{{{{text.strip()}}}}}"
        return typed(text)

    def draw(self, desk: Desk, name: str, before: Any) -> Shown:
        text = desk.posted.text(name)
        wanted = offered.LISTS if self.shape.look == looks.LIST_PATH else offered.VARIABLES
        template = "area" if "\n" in text else "line"
        return desk.shown(template, self.shape, name, value=text, offers=desk.offered.suggest(wanted))


def _strange(text: str, called: str) -> str:
    """What stands there and is not offered, in words."""
    if called or "{{" in text or "{%" in text:
        return called or text
    return f"{text} (not there)"


def _bounds(shape: Shape) -> str:
    if shape.least is None:
        return f"at most {shape.most}"
    return f"at least {shape.least}" if shape.most is None else f"from {shape.least} to {shape.most}"
