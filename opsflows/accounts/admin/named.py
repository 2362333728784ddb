"""What the forms of teams and recipients share: a name that the account has once."""

import uuid
from typing import Any, ClassVar

from django import forms
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from opsflows.accounts.current import current_membership
from opsflows.accounts.models import Named
from opsflows.accounts.names import name_key


class NamedForm(forms.ModelForm):
    #: The account in use; `own` sets it.
    account_id: ClassVar[uuid.UUID | None] = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.account_id is None:
            self.instance.account_id = self.account_id

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        if not name_key(name).strip("_"):
            raise ValidationError("Give it a name of letters, such as engineering_lead.")
        if "@" in name:
            raise ValidationError("A name has no @; an email address needs none, rules take it as it is.")
        model: type[Named] = self._meta.model
        taken = model._default_manager.filter(account=self.account_id, name_key=name_key(name))
        if taken.exclude(pk=self.instance.pk).exists():
            raise ValidationError("There is one of this name already; spaces, hyphens and capitals make no difference.")
        return name


def own(form: Any, request: HttpRequest) -> Any:
    """The form class, for rows of the account in use."""
    membership = current_membership(request)
    return type(form.__name__, (form,), {"account_id": membership.account_id if membership else None})


def plain(field: Any) -> Any:
    """The form field without buttons to add or change what it chooses from."""
    if isinstance(getattr(field, "widget", None), RelatedFieldWidgetWrapper):
        field.widget = field.widget.widget
    return field
