"""The form of a source: what every source has, and the options that its connector's preset declares."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from connectors.base import Preset
from connectors.options import Option
from opsflows.admin_site import fields
from opsflows.events.create_source import known_preset
from opsflows.events.event_names import checked_event_names, read_lines, write_lines
from opsflows.events.models import DEFAULT_BODY_LIMIT, Source

_OPTION = "option_"


class SourceForm(forms.Form):
    """A new source where `row` is None, otherwise changes of it. A connector is chosen once."""

    def __init__(self, *, known: Preset, row: Source | None = None, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self.known = known
        self.fields["name"] = fields.text("Name", max_length=255, initial=row.name if row else known.label)
        if row is None:
            self.fields["secret"] = fields.secret("Signing secret", help_text="Kept encrypted and never shown again.")
        settings = known.completed(row.options if row else {})
        for option in known.options:
            self.fields[_OPTION + option.name] = _field(option, settings.get(option.name))
        self.fields["event_names"] = fields.prose(
            "Names of events",
            rows=3,
            required=False,
            initial=write_lines(row.event_names) if row else "",
            help_text=(
                "What incoming events are called here, one to a line: incoming name = our name, such as "
                "invoice.paid = payment.success. All others keep their names."
            ),
        )
        self.fields["allowed_networks"] = fields.prose(
            "Allowed addresses",
            rows=2,
            required=False,
            initial="\n".join(row.allowed_networks) if row else "",
            help_text="Addresses or networks that may send, one to a line, such as 203.0.113.0/24. Empty: any.",
        )
        self.fields["max_body_bytes"] = fields.number(
            "Largest request in bytes",
            min_value=1024,
            max_value=10 * 1024 * 1024,
            initial=row.max_body_bytes if row else DEFAULT_BODY_LIMIT,
            help_text="Larger ones are refused with 413.",
        )

    def clean(self) -> dict[str, Any]:
        """Gather options and networks as the verbs take them, and put each option's problem beside its field."""
        data: dict[str, Any] = dict(super().clean() or {})
        options = {
            option.name: option.default if (value := data.get(_OPTION + option.name)) is None else value
            for option in self.known.options
            if _OPTION + option.name not in self.errors
        }
        for name, problem in self.known.check_options(options):
            self.add_error(_OPTION + name if _OPTION + name in self.fields else None, problem)
        data["event_names"] = self._names(data.get("event_names", ""))
        networks = [line.strip() for line in data.get("allowed_networks", "").splitlines() if line.strip()]
        return data | {"options": options, "allowed_networks": networks}

    def _names(self, written: str) -> dict[str, str]:
        try:
            return checked_event_names(self.known.name, read_lines(written))
        except ValueError as error:
            self.add_error("event_names", str(error))
        except ValidationError as error:
            self.add_error("event_names", error.message_dict["event_names"])
        return {}


def change_form(*, row: Source, data: Mapping[str, Any] | None = None) -> SourceForm:
    """The form that changes `row`."""
    return SourceForm(known=known_preset(row.connector), row=row, data=data)


class SecretForm(forms.Form):
    """Another secret beside those that are valid."""

    def __init__(self, *, row: Source, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self.fields["secret"] = fields.secret("New secret", help_text="Kept encrypted and never shown again.")
        self.fields["label"] = fields.text(
            "Label", required=False, max_length=64, help_text="To tell it from the others, such as “March rotation”."
        )


class RetireForm(forms.Form):
    """One of the valid secrets, by label and date."""

    def __init__(self, *, row: Source, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        rows = row.secrets.only("id", "label", "created_at")
        offered = [
            (str(secret.pk), f"{secret.label or 'No label'}, added {secret.created_at:%Y-%m-%d}") for secret in rows
        ]
        self.fields["secret"] = fields.choice("Secret to retire", offered)


def _field(option: Option, value: Any) -> forms.Field:
    settings: dict[str, Any] = {"required": False, "help_text": option.help, "initial": value}
    if isinstance(option.default, int):
        return fields.number(option.label, min_value=option.least, max_value=option.most, **settings)
    if option.choices:
        return fields.choice(option.label, [(each, each) for each in option.choices], **settings)
    return fields.text(option.label, **settings)
