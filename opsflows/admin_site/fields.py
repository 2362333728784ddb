"""Form fields in unfold's dress, for forms that stand for a verb and not for a model."""

from collections.abc import Iterable
from typing import Any

from django import forms
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminEmailInputWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminPasswordWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

Choices = Iterable[tuple[str, str]]


def text(label: str, **options: Any) -> forms.CharField:
    """One line."""
    return forms.CharField(label=label, widget=UnfoldAdminTextInputWidget, **options)


def prose(label: str, *, rows: int = 4, **options: Any) -> forms.CharField:
    """Several lines."""
    return forms.CharField(label=label, widget=UnfoldAdminTextareaWidget({"rows": rows}), **options)


def secret(label: str, **options: Any) -> forms.CharField:
    """What is typed and never shown again, not even after a mistake elsewhere in the form. Spaces are kept."""
    widget = UnfoldAdminPasswordWidget({"autocomplete": "new-password"}, render_value=False)
    return forms.CharField(label=label, widget=widget, strip=False, **options)


def email(label: str, **options: Any) -> forms.EmailField:
    """An address."""
    return forms.EmailField(label=label, widget=UnfoldAdminEmailInputWidget, **options)


def number(label: str, **options: Any) -> forms.IntegerField:
    """A whole number."""
    return forms.IntegerField(label=label, widget=UnfoldAdminIntegerFieldWidget, **options)


def choice(label: str, choices: Choices, **options: Any) -> forms.ChoiceField:
    """One of a few."""
    return forms.ChoiceField(label=label, choices=list(choices), widget=UnfoldAdminSelectWidget, **options)


def choices(label: str, offered: Choices, **options: Any) -> forms.MultipleChoiceField:
    """Any of a few."""
    widget = UnfoldAdminCheckboxSelectMultipleWidget
    return forms.MultipleChoiceField(label=label, choices=list(offered), widget=widget, **options)


def switch(label: str, **options: Any) -> forms.BooleanField:
    """On or off."""
    return forms.BooleanField(label=label, required=False, widget=UnfoldBooleanSwitchWidget, **options)
