"""What a call sends: nothing of its own, one text or variable, or names and values."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from opsflows.studio.forms.input_of import shows
from opsflows.studio.forms.inputs import Input, chosen
from opsflows.studio.forms.pairs import PairsInput
from opsflows.studio.forms.posted import Posted
from opsflows.studio.forms.shapes import ABSENT, Shape
from opsflows.studio.forms.shown import Desk, Shown
from opsflows.studio.forms.values import ValueInput
from opsflows.workflows import field_looks as looks


@shows(looks.CONTENT)
class ContentInput(Input):
    """What is sent: nothing said, one text or variable, or names and values."""

    def __init__(self, shape: Shape) -> None:
        super().__init__(shape)
        self.value = ValueInput(replace(shape, look=looks.VALUE, title="Text or variable", help=""))
        self.fields = PairsInput(replace(shape, look=looks.DOCUMENT, title="Names and values", help="", is_text=False))

    def fits(self, value: Any) -> bool:
        return not isinstance(value, list | tuple)

    def text_of(self, value: Any) -> str:
        shown = self.shown_of(value)
        return "" if shown is None else "fields" if isinstance(shown, Mapping) else "text"

    def write(self, posted: Posted, name: str, value: Any) -> None:
        super().write(posted, name, value)
        form = self.text_of(value)
        self.value.write(posted, f"{name}-text", value if form == "text" else ABSENT)
        self.fields.write(posted, f"{name}-fields", value if form == "fields" else ABSENT)

    def read(self, posted: Posted, name: str, path: str, before: Any) -> Any:
        posted.at(path, name)
        if not self.fits(self.shown_of(before)):
            return ABSENT if posted.text(f"{name}-drop") else before
        if not posted.has(name):
            return before
        form, was = posted.text(name), self.text_of(before)
        if not form:
            return before if form == was else ABSENT
        if form not in ("text", "fields"):
            posted.refuse(name, "Choose one of those that are offered.")
            return before
        part: Input = self.value if form == "text" else self.fields
        posted.at(path, f"{name}-{form}")
        return part.read(posted, f"{name}-{form}", path, before if form == was else ABSENT)

    def draw(self, desk: Desk, name: str, before: Any) -> Shown:
        form, was = desk.posted.text(name), self.text_of(before)
        known = (("", "Nothing of its own"), ("text", "One text or variable"), ("fields", "Names and values"))
        shown = desk.shown("content", self.shape, name, value=form, choices=chosen(form, known, None))
        shown.parts = [
            self.value.draw(desk, f"{name}-text", before if was == "text" else ABSENT),
            self.fields.draw(desk, f"{name}-fields", before if was == "fields" else ABSENT),
        ]
        return shown
