"""Form fields of a business calendar: the hours of a week, and days that are otherwise."""

import datetime
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.widgets import INPUT_CLASSES, SELECT_CLASSES

from opsflows.accounts.business_calendar import WEEKDAYS
from opsflows.accounts.calendar_state import NamedDay
from opsflows.accounts.hours import CLOSED, parse_hours
from opsflows.rules import Week

_LOOK = " ".join(INPUT_CLASSES)
_SELECT_LOOK = " ".join(SELECT_CLASSES)
#: Empty rows below those that are filled.
_SPARE = 2
#: A row as it is typed: day, name, and `open` or `closed`.
Typed = tuple[str, str, str]


class WeekWidget(forms.Widget):
    """A line for each day of the week."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        return [str(data.get(f"{name}-{weekday}", "")) for weekday in range(len(WEEKDAYS))]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return f"{name}-0" not in data

    def id_for_label(self, id_: str) -> str:
        return f"{id_}-0"

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        first = (attrs or {}).get("id", f"id_{name}")
        lines = format_html_join(
            "",
            '<li><label for="{0}-{1}">{2}</label><input type="text" name="{3}-{1}" id="{0}-{1}" value="{4}" '
            'class="{5}" placeholder="{6}" autocomplete="off"></li>',
            (
                (first, number, weekday, name, text, _LOOK, CLOSED)
                for number, (weekday, text) in enumerate(zip(WEEKDAYS, value or [""] * 7, strict=True))
            ),
        )
        return format_html('<ul class="ops-week">{}</ul>', lines)


class WeekField(forms.Field):
    """Cleaned, it is a `Week`."""

    widget = WeekWidget

    def clean(self, value: Any) -> Week:
        week, problems = [], []
        for weekday, text in zip(WEEKDAYS, value, strict=True):
            try:
                week.append(parse_hours(text))
            except ValueError as error:
                problems.append(f"{weekday}: {error}")
        if problems:
            raise forms.ValidationError(problems)
        return tuple(week)


class DaysWidget(forms.Widget):
    """A row for each day; one without a date and a name does not count."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[Typed]:
        columns = [_all(data, f"{name}-{column}") for column in ("day", "name", "is")]
        rows = [(day.strip(), text.strip(), kind) for day, text, kind in zip(*columns, strict=False)]
        return [row for row in rows if row[0] or row[1]]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return f"{name}-day" not in data

    def id_for_label(self, id_: str) -> str:
        return f"{id_}-0"

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        first = (attrs or {}).get("id", f"id_{name}")
        rows: list[Typed] = [*(value or []), *[("", "", CLOSED)] * _SPARE]
        lines = format_html_join(
            "",
            '<li><input type="date" name="{0}-day" value="{1}" id="{2}-{3}" class="{4}" aria-label="Date {5}">'
            '<input type="text" name="{0}-name" value="{6}" class="{4}" placeholder="What it is" maxlength="100" '
            'aria-label="Name {5}"><select name="{0}-is" class="{7}" aria-label="Open or closed {5}">'
            '<option value="closed">closed</option><option value="open"{8}>open</option></select></li>',
            (
                (name, day, first, number, _LOOK, number + 1, text, _SELECT_LOOK, _selected(kind == "open"))
                for number, (day, text, kind) in enumerate(rows)
            ),
        )
        button = format_html('<button type="button" class="ops-button" data-more="{}">Another one</button>', "days")
        return format_html('<ul class="ops-pairs ops-days">{}</ul><div>{}</div>', lines, button)


class DaysField(forms.Field):
    """Cleaned, it is a tuple of `NamedDay`."""

    widget = DaysWidget

    def clean(self, value: Any) -> tuple[NamedDay, ...]:
        days, problems = [], []
        for day, name, kind in value or []:
            try:
                days.append(NamedDay(datetime.date.fromisoformat(day), name, is_open=kind == "open"))
            except ValueError:
                problems.append(f"“{name or day}” needs a date, such as 2026-12-24; empty both fields to take it away.")
        if problems:
            raise forms.ValidationError(problems)
        return tuple(days)


def typed(days: Sequence[NamedDay]) -> list[Typed]:
    """Days as rows of the form."""
    return [(each.day.isoformat(), each.name, "open" if each.is_open else CLOSED) for each in days]


def _selected(it_is: bool) -> SafeString:
    return format_html("{}", " selected" if it_is else "")


def _all(data: Any, name: str) -> list[str]:
    return list(data.getlist(name)) if hasattr(data, "getlist") else list(data.get(name, []))
