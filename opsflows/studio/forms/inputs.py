"""What every place of a form can do, and the simplest of them: a text."""

from collections.abc import Mapping, Sequence
from typing import Any

from opsflows.rules.text import to_text
from opsflows.studio.forms import offered
from opsflows.studio.forms.masks import holds_mask, masked
from opsflows.studio.forms.posted import LONGEST, Posted
from opsflows.studio.forms.shapes import ABSENT, Shape
from opsflows.studio.forms.shown import Desk, Shown
from opsflows.studio.forms.typed import is_plain
from opsflows.workflows import field_looks as looks

#: What names something, so that blanks around it are a slip.
_NAMES = frozenset({
    looks.TEXT, looks.PERSON_OR_TEAM, looks.EVENT, looks.WORKFLOW, looks.MESSAGE_TEMPLATE, looks.LOOKUP_TABLE,
    looks.APPROVAL_POLICY, looks.DATABASE, looks.STATEMENT, looks.RECORD_TYPE, looks.CHANNEL, looks.DURATION,
    looks.MOMENT, looks.PATH,
})  # fmt: skip
_SUGGESTED = {looks.PATH: offered.PATHS}
_LONG = frozenset({looks.LONG_TEXT, looks.CODE})
#: Characters of a value that is named because no field can show it.
_SHORT = 80


class Input:
    """One place. It writes the config's value into texts, draws itself from them, and reads the value back.

    What nobody touched comes back as it was, whatever it is: `before` is the value that was written.
    """

    def __init__(self, shape: Shape) -> None:
        self.shape = shape

    def fits(self, value: Any) -> bool:
        """Whether it can show `value`; what it cannot show is kept."""
        return is_plain(value)

    def shown_of(self, value: Any) -> Any:
        """What is shown of `value`: where there is none, what counts then."""
        if value is not ABSENT:
            return value
        return None if self.shape.default is ABSENT else self.shape.default

    def write(self, posted: Posted, name: str, value: Any) -> None:
        if self.fits(self.shown_of(value)):
            posted.put(name, self.text_of(value))

    def text_of(self, value: Any) -> str:
        """`value` as the text that stands in the place; of a secret, dots."""
        return masked(to_text(self.shown_of(value)), self.shape.key)

    def read(self, posted: Posted, name: str, path: str, before: Any) -> Any:
        """The value at `path` of the config; `ABSENT` where there is to be none."""
        posted.at(path, name)
        if not self.fits(self.shown_of(before)):
            return ABSENT if posted.text(f"{name}-drop") else before
        if not posted.has(name):
            return before
        text = posted.text(name)
        if text == lines(self.text_of(before)) and not (posted.is_stale and holds_mask(text)):
            return before
        if len(text) > LONGEST or "\x00" in text:
            posted.refuse(name, f"Must be a text of at most {LONGEST:,} characters that people can read.")
            return before
        if holds_mask(text):
            posted.refuse_hidden(name)
            return before
        return self.parse(posted, name, text, before)

    def parse(self, posted: Posted, name: str, text: str, before: Any) -> Any:
        """What somebody typed who changed the place."""
        return self.emptied if not text.strip() else text

    @property
    def emptied(self) -> Any:
        """What an emptied place says."""
        default = self.shape.default
        return "" if isinstance(default, str) and default else ABSENT

    def show(self, desk: Desk, name: str, before: Any) -> Shown:
        if not self.fits(self.shown_of(before)):
            kept = kept_words(before, self.shape.key)
            return desk.shown("kept", self.shape, name, kept=kept, value=desk.posted.text(f"{name}-drop"))
        return self.draw(desk, name, before)

    def draw(self, desk: Desk, name: str, before: Any) -> Shown:
        raise NotImplementedError


class TextInput(Input):
    """A text: of one line or several, perhaps with suggestions."""

    def parse(self, posted: Posted, name: str, text: str, before: Any) -> Any:
        if self.shape.look in _NAMES:
            text = text.strip()
        if self.shape.longest is not None and len(text) > self.shape.longest:
            posted.refuse(name, f"Must be at most {self.shape.longest:,} characters; this has {len(text):,}.")
        # Blanks alone say something between the parts of a list, but not in a message.
        is_empty = not text if self.shape.longest or self.emptied == "" else not text.strip()
        return self.emptied if is_empty else text

    def draw(self, desk: Desk, name: str, before: Any) -> Shown:
        text = desk.posted.text(name)
        is_long = self.shape.look in _LONG or "\n" in text
        template = "code" if self.shape.look == looks.CODE else "area" if is_long else "line"
        suggestions = desk.offered.suggest(_SUGGESTED.get(self.shape.look, self.shape.look))
        return desk.shown(template, self.shape, name, value=text, offers=suggestions, placeholder=_hint(self.shape))


def chosen(text: str, known: Sequence[tuple[str, str]], none: str | None) -> list[tuple[str, str, bool]]:
    """The choices of a select, what stands there now among them."""
    values = [value for value, _ in known]
    choices = [("", none)] if none is not None and "" not in values else []
    strange = [(text, text)] if text and text not in values else []
    return [(value, label or value or "As usual", value == text) for value, label in (*choices, *known, *strange)]


def kept_words(value: Any, name: str = "") -> str:
    """What is kept because no field, of this name, can show it."""
    if isinstance(value, Mapping):
        names = ", ".join(map(str, list(value)[:5]))
        return f"an object with {names}{' …' if len(value) > 5 else ''}" if value else "an empty object"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}"
    return f"“{masked(to_text(value), name)[:_SHORT]}”"


def lines(text: str) -> str:
    """`text` with line ends as we write them."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _hint(shape: Shape) -> str:
    return {looks.DURATION: "2 days", looks.MOMENT: "+7 days", looks.CHANNEL: "#channel"}.get(shape.look, "")
