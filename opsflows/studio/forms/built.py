"""What the forms of steps and of conditions share: texts in, a value out, and what is wrong beside its place."""

from typing import Any

from django import forms
from django.forms.utils import ErrorDict, ErrorList
from django.http import QueryDict

from opsflows.jsontext import content_hash
from opsflows.studio.forms.around import Around
from opsflows.studio.forms.findings import Findings
from opsflows.studio.forms.offered import Choice, Offered
from opsflows.studio.forms.posted import Posted, posted_of, rearranged
from opsflows.studio.forms.shown import Desk

_ORIGIN = "origin"


class BuiltForm(forms.Form):
    """A form without fields of Django's: its places are drawn from `Posted`, and read back out of it."""

    def __init__(self, *, around: Around, name: str, data: QueryDict | None) -> None:
        super().__init__(data)
        self.around, self.name = around, name
        self.offered = Offered(around, f"{name}-")
        self.is_rearranged = False
        self.posted = Posted()
        self.findings = Findings()
        self._write(self.posted)
        if data is not None:
            self.posted.texts |= posted_of(data, f"{name}-").texts
            self.posted.is_stale = self.posted.text(f"{name}-{_ORIGIN}") not in ("", self._origin)
            self.is_rearranged = rearranged(data, self.posted, f"{name}-")
        self._read()
        if self.is_rearranged:
            # Whoever adds a row is not done yet.
            self.posted.wrong, self.findings = {}, Findings()

    @property
    def origin(self) -> tuple[str, str]:
        """The name and the value of a hidden field: what the form was drawn from, also where that has changed since."""
        name = f"{self.name}-{_ORIGIN}"
        return name, self.posted.text(name) or self._origin

    @property
    def _origin(self) -> str:
        return content_hash(self._stored())[:16]

    def _stored(self) -> Any:
        """What is stored: a JSON value."""
        raise NotImplementedError

    def _write(self, posted: Posted) -> None:
        """Write what is stored into `posted`."""
        raise NotImplementedError

    def _read(self) -> None:
        """Read the value out of `posted`, and note what is wrong with it."""
        raise NotImplementedError

    def full_clean(self) -> None:
        self._errors, self.cleaned_data = ErrorDict(), {}
        if not self.is_bound or self.is_rearranged:
            return
        names = {place: name for name, place in self.posted.places.items()}
        for path, messages in self.findings.broken.items():
            self._errors.setdefault(names.get(path, "__all__"), ErrorList()).extend(messages)
        for name, messages in self.posted.wrong.items():
            self._errors.setdefault(name, ErrorList()).extend(messages)

    def is_valid(self) -> bool:
        return not self.is_rearranged and super().is_valid()

    @property
    def desk(self) -> Desk:
        """What the places are drawn from."""
        return Desk(self.posted, self.offered, self.findings.broken, self.findings.unfinished)

    @property
    def general(self) -> list[str]:
        """What is wrong with it as a whole, or has no place in it."""
        return [*self.findings.broken.get("", ()), *self.findings.unfinished.get("", ())]

    @property
    def problems(self) -> list[tuple[str, str]]:
        """What keeps it from being saved, for the list at the top: the id of the place, and the message."""
        return [(place_id(name), str(message)) for name, messages in self.errors.items() for message in messages]

    def lists(self) -> list[tuple[str, list[Choice]]]:
        """The lists of suggestions that its places name; asked for when all of them are drawn."""
        return [(name, list(choices)) for name, choices in self.offered.lists()]


def place_id(name: str) -> str:
    """The id of the place called `name` on the page."""
    return "" if name == "__all__" else f"id_{name}".replace(".", "_")
