"""The question of the tab "Why not?": one event, or something that it carries."""

import uuid
from typing import Any
from urllib.parse import urlencode

from django import forms

from opsflows.admin_site.filters import as_uuid
from opsflows.rules.lookup import split_path

_LONGEST = 200


class Question(forms.Form):
    """Read from the address: asking changes nothing, and an answer can be handed on as a link."""

    event = forms.CharField(required=False, max_length=64, label="Event id")
    field = forms.CharField(required=False, max_length=_LONGEST, label="Field")
    value = forms.CharField(required=False, max_length=_LONGEST, label="Is")
    every = forms.BooleanField(required=False, label="Events of every name")
    before = forms.UUIDField(required=False)

    def __init__(self, data: Any, trigger: str) -> None:
        super().__init__(data)
        #: The event that the workflow listens to; empty where none starts it.
        self.trigger = trigger

    def clean_event(self) -> uuid.UUID | None:
        text: str = self.cleaned_data["event"].strip()
        found = as_uuid(text)
        if text and found is None:
            raise forms.ValidationError("This is no event id. Copy it whole from the event's page.")
        return found

    def clean_field(self) -> str:
        text: str = self.cleaned_data["field"].strip()
        if text and not all(split_path(text)):
            raise forms.ValidationError("Write the parts separated by single dots, for example customer.email.")
        return text

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("field") and not cleaned.get("value"):
            self.add_error("value", "Say what the field is, for example ada@example.com.")
        return cleaned

    @property
    def event_id(self) -> uuid.UUID | None:
        """The event that is asked about."""
        found: uuid.UUID | None = self.cleaned_data.get("event")
        return found

    @property
    def path(self) -> str:
        """The field that was named; empty: any."""
        return self.cleaned_data.get("field") or ""

    @property
    def wanted(self) -> str:
        """What to look for; empty: nothing."""
        return (self.cleaned_data.get("value") or "").strip()

    @property
    def name(self) -> str:
        """The name of the events to look through; empty: all."""
        return "" if self.cleaned_data.get("every") else self.trigger

    @property
    def start(self) -> uuid.UUID | None:
        """Where a search goes on."""
        found: uuid.UUID | None = self.cleaned_data.get("before")
        return found

    def further(self, before: uuid.UUID | None) -> str:
        """The address of the same search from `before` on; empty where there is nothing older."""
        return "" if before is None else self._address(before=str(before), **({} if self.name else {"every": "on"}))

    @property
    def elsewhere(self) -> str:
        """The address of the same search among events of every name; empty where it was that."""
        return self._address(every="on") if self.name else ""

    def _address(self, **more: str) -> str:
        return "?" + urlencode({"field": self.path, "value": self.wanted, **more})
