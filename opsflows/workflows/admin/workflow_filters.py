"""By what the list of workflows can be narrowed: state, category, tag, event."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import QuerySet
from django.db.models.fields.json import KT
from django.http import HttpRequest

from opsflows.accounts.current import current_membership
from opsflows.admin_site.filters import ChoiceFilter
from opsflows.workflows.models import Workflow, WorkflowTag

#: Tags, and events, that are offered.
_OFFERED = 200


class StateFilter(ChoiceFilter):
    title = "State"
    parameter_name = "state"
    all_label = "Any state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [("live", "Live"), ("paused", "Paused"), ("draft", "Draft")]

    def narrow(self, rows: QuerySet, value: str) -> QuerySet:
        if value == "live":
            return rows.filter(is_active=True)
        return rows.filter(is_active=False, published_version__isnull=value == "draft")


class CategoryFilter(ChoiceFilter):
    title = "Category"
    parameter_name = "category"
    all_label = "Any category"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return Workflow.Category.choices

    def narrow(self, rows: QuerySet, value: str) -> QuerySet:
        return rows.filter(category=value)


class TagFilter(ChoiceFilter):
    title = "Tag"
    parameter_name = "tag"
    all_label = "Any tag"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        membership = current_membership(request)
        rows = WorkflowTag.objects.filter(account=membership.account_id) if membership else WorkflowTag.objects.none()
        rows = rows.filter(workflow__deleted_at=None)
        names = rows.order_by("name").values_list("name", flat=True).distinct()
        return _offered(names, request.GET.get(self.parameter_name), lambda asked: rows.filter(name=asked).exists())

    def narrow(self, rows: QuerySet, value: str) -> QuerySet:
        return rows.filter(tags__name=value)


class EventFilter(ChoiceFilter):
    title = "Event"
    parameter_name = "event"
    all_label = "Any event"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        membership = current_membership(request)
        rows = Workflow.objects.filter(account=membership.account_id) if membership else Workflow.objects.none()
        names = rows.annotate(event=KT("trigger_config__event")).order_by("event").values_list("event", flat=True)
        return _offered(
            names.distinct(),
            request.GET.get(self.parameter_name),
            lambda asked: rows.filter(trigger_config__event=asked).exists(),
        )

    def narrow(self, rows: QuerySet, value: str) -> QuerySet:
        return rows.filter(trigger_config__event=value)


def _offered(names: QuerySet, asked: str | None, is_there: Callable[[str], bool]) -> list[tuple[str, str]]:
    """The first `_OFFERED` names; and the one that is asked for, such as by a click on a tag, where it is no such."""
    offered = [name for name in names[:_OFFERED] if name]
    if asked and "\x00" not in asked and asked not in offered and len(offered) >= _OFFERED - 1 and is_there(asked):
        offered.append(asked)
    return [(name, name) for name in offered]
