"""The form of a message template, with the sample that its preview is made of."""

import uuid
from collections.abc import Mapping
from typing import Any

from django import forms

from opsflows.admin_site import fields
from opsflows.messages.admin.preview import samples
from opsflows.messages.models import MessageTemplate

_VARIABLES = "Variables stand in braces, such as {{customerName}}; {{#if value > 100000}} … {{/if}} leaves a part out."


class TemplateForm(forms.Form):
    """Other texts of `row`, or a new template where there is none."""

    def __init__(
        self,
        *,
        row: MessageTemplate | None = None,
        account_id: uuid.UUID | None = None,
        data: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data)
        if row is None:
            self.fields["name"] = fields.text(
                "Name", max_length=100, help_text="What workflows call it: small letters, digits and hyphens."
            )
        text = row or MessageTemplate()
        self.fields["description"] = fields.text(
            "What it is for", max_length=255, required=False, initial=text.description
        )
        self.fields["subject"] = fields.text("Subject", max_length=500, initial=text.subject)
        self.fields["body"] = fields.prose("Text", rows=16, initial=text.body, help_text=_VARIABLES)
        account_id = row.seen_by if row is not None else account_id  # type: ignore[attr-defined]  # the admin sets it
        self.fields["sample"] = fields.choice("Preview with", samples(account_id), required=False)

    def content(self) -> dict[str, str]:
        """The texts as they stand in the form, also where they were not sent yet or are wrong."""
        return {name: str(self[name].value() or "") for name in ("subject", "body")}

    def sample(self) -> str:
        """The sample that is chosen."""
        return str(self["sample"].value() or "")
