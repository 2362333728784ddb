"""Filters that an index serves, each a closed set of choices."""

import uuid
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, ClassVar

from django.contrib.admin import SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from opsflows.queue.ids import first_id

SPANS = {
    "hour": ("The last hour", timedelta(hours=1)),
    "day": ("The last 24 hours", timedelta(days=1)),
    "week": ("The last 7 days", timedelta(days=7)),
    "month": ("The last 30 days", timedelta(days=30)),
}


class ChoiceFilter(SimpleListFilter):
    """A filter of one choice; a value that is no choice is an error of the address and filters nothing."""

    all_label: ClassVar[str] = "All"

    def value(self) -> str | None:
        value = super().value()
        return value if value in {str(choice) for choice, _ in self.lookup_choices} else None

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        value = self.value()
        return queryset if value is None else self.narrow(queryset, value)

    def narrow(self, rows: QuerySet, value: str) -> QuerySet:
        """The rows that the choice is about."""
        raise NotImplementedError


class WhenFilter(ChoiceFilter):
    """By age, through ids that begin with the time at which they were made."""

    title = "When"
    parameter_name = "when"
    all_label = "Any time"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [(name, label) for name, (label, _) in SPANS.items()]

    def narrow(self, rows: QuerySet, value: str) -> QuerySet:
        return rows.filter(pk__gte=first_id(timezone.now() - SPANS[value][1]))


def as_uuid(text: str) -> uuid.UUID | None:
    """The id that `text` is, if it is one."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
