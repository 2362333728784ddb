"""Text fields that tell what somebody changed from what a browser does to a text by itself."""

from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from opsflows.rules.text import to_text


class Line(forms.CharField):
    """One line. A browser takes line breaks out of it."""

    widget = UnfoldAdminTextInputWidget

    def has_changed(self, initial: Any, data: Any) -> bool:
        return _in_a_line(initial) != _in_a_line(data)


class Prose(forms.CharField):
    """Several lines. A browser sends its own line ends."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=UnfoldAdminTextareaWidget({"rows": 4}), **options)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return _lines(initial) != _lines(data)


class Listed(forms.CharField):
    """A list of texts, one a line. What each has to be is for others to say."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, widget=UnfoldAdminTextareaWidget({"rows": 3}), **options)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(map(to_text, value)) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        return [line.strip() for line in str(value or "").splitlines() if line.strip()]

    def run_validators(self, value: Any) -> None:
        """There are none for a list."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.to_python(self.prepare_value(initial)) != self.to_python(data))


def _in_a_line(text: Any) -> str:
    return "".join(_lines(text))


def _lines(text: Any) -> list[str]:
    return str(text or "").replace("\r\n", "\n").replace("\r", "\n").strip().split("\n")
