"""What the four lists share: filters, and pages by keyset."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar

from django import forms
from django.db.models import F, Model, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest, QueryDict
from django.utils.dateparse import parse_datetime

from opsflows.accounts.actor import Actor
from opsflows.approvals.models import ApprovalPolicy, ApprovalRequest

PAGE = 30
#: Policies that the filter offers.
_POLICIES = 200
#: What has no deadline comes last.
_NEVER = datetime(9999, 1, 1, tzinfo=UTC)

Row = TypeVar("Row", bound=Model)


class Filters(forms.Form):
    """Of a list; `on` leads from its rows to the request (`request__`, or nothing)."""

    q = forms.CharField(label="Search", required=False, max_length=200)
    least = forms.DecimalField(label="Amount from", required=False, max_digits=20, decimal_places=4)
    most = forms.DecimalField(label="Amount to", required=False, max_digits=20, decimal_places=4)
    policy = forms.ChoiceField(label="Policy", required=False)
    requester = forms.CharField(label="Requested by", required=False, max_length=200)
    state = forms.ChoiceField(label="State", required=False, choices=[("", "Any"), *ApprovalRequest.State.choices])
    overdue = forms.BooleanField(label="Only what is overdue", required=False)

    def __init__(self, data: QueryDict, *, actor: Actor, without: tuple[str, ...]) -> None:
        super().__init__(data, auto_id="filter-%s")
        names = ApprovalPolicy.objects.filter(account=actor.account_id).values_list("name", flat=True)[:_POLICIES]
        self.fields["policy"].choices = [("", "Any"), *((name, name) for name in names)]  # type: ignore[attr-defined]
        for name in without:
            del self.fields[name]
        for name in ("least", "most"):
            self.fields[name].widget = forms.TextInput({"inputmode": "decimal"})

    def applied(self, rows: QuerySet[Row], *, on: str, now: datetime) -> QuerySet[Row]:
        """The rows that are asked for. What is wrong stands at its field, and narrows nothing."""
        self.full_clean()
        said = self.cleaned_data
        if term := _text(said.get("q")):
            rows = rows.filter(
                Q(**{f"{on}title__istartswith": term})
                | Q(**{f"{on}requester_name__istartswith": term})
                | Q(**{f"{on}requester_email__istartswith": term})
            )
        if asker := _text(said.get("requester")):
            rows = rows.filter(
                Q(**{f"{on}requester_name__istartswith": asker}) | Q(**{f"{on}requester_email__istartswith": asker})
            )
        if said.get("overdue"):
            rows = rows.filter(level__due_at__lt=now)
        bounds: dict[str, Decimal | None] = {"gte": said.get("least"), "lte": said.get("most")}
        for lookup, bound in bounds.items():
            if bound is not None:
                rows = rows.filter(**{f"{on}amount__{lookup}": bound})
        for name, column in (("policy", "policy_name"), ("state", "state")):
            if value := said.get(name):
                rows = rows.filter(**{f"{on}{column}": value})
        return rows

    @property
    def is_used(self) -> bool:
        """Whether anything is asked for, so that an empty list may say why it is empty."""
        return any(self.data.get(name) for name in self.fields)

    @property
    def is_narrowed(self) -> bool:
        """Whether anything beside the search is, so that the filters are to be seen."""
        return any(self.data.get(name) for name in self.fields if name != "q")


@dataclass(frozen=True, slots=True)
class Listed(Generic[Row]):
    """A page of rows, and the query that leads to the next (empty at the end)."""

    rows: list[Row]
    next: str


def newest_first(request: HttpRequest, rows: QuerySet[Row]) -> Listed[Row]:
    """By falling id."""
    if (after := _id(request.GET.get("after", ""))) is not None:
        rows = rows.filter(pk__lt=after)
    return _listed(request, list(rows.order_by("-pk")[: PAGE + 1]), lambda row: str(row.pk))


def most_urgent_first(request: HttpRequest, rows: QuerySet[Row]) -> Listed[Row]:
    """Tasks by the deadline of their level; those without one last, in the order in which they were asked."""
    timed: QuerySet[Any] = rows.annotate(due=Coalesce("level__due_at", Value(_NEVER)))
    moment, _, last = request.GET.get("after", "").partition("_")
    due, after = _moment(moment), _id(last)
    if due is not None and after is not None:
        timed = timed.filter(Q(due__gt=due) | Q(due=due, pk__gt=after))
    found = list(timed.order_by(F("due"), "pk")[: PAGE + 1])
    return _listed(request, found, lambda row: f"{row.due.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}_{row.pk}")


def _listed(request: HttpRequest, found: list[Row], cursor: Any) -> Listed[Row]:
    # One more than is shown tells whether there is a next page, without counting.
    if len(found) <= PAGE:
        return Listed(found, "")
    query = request.GET.copy()
    query["after"] = cursor(found[PAGE - 1])
    return Listed(found[:PAGE], query.urlencode())


def _text(value: Any) -> str:
    """A text to search for. A null character is in no name, and PostgreSQL refuses to look."""
    return str(value or "").strip().replace("\x00", "")


def _id(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _moment(text: str) -> datetime | None:
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None
