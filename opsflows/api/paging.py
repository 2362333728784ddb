"""Lists by keyset: a page starts behind the last id of the one before it, so its cost does not grow with depth."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from opsflows.api.problems import invalid

DEFAULT_LIMIT = 50
MAX_LIMIT = 200

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows, and the address of those that follow (None at the end)."""

    rows: list[Row]
    next: str | None


def newest_first(request: Request, rows: QuerySet[Row]) -> Page[Row]:
    """The page of `rows` by falling id that the query parameters `limit` and `before` (an id) ask for."""
    return _page(request, rows, parameter="before", lookup="pk__lt", order="-pk")


def oldest_first(request: Request, rows: QuerySet[Row]) -> Page[Row]:
    """The page of `rows` by rising id that the query parameters `limit` and `after` (an id) ask for."""
    return _page(request, rows, parameter="after", lookup="pk__gt", order="pk")


def listing(page: Page[Any], results: Sequence[Any]) -> Response:
    """The API's usual list: `{"results": [...], "next": address or null}`."""
    return Response({"results": list(results), "next": page.next})


def linked_listing(page: Page[Any], results: Sequence[Any]) -> Response:
    """A bare array (Triggers' inbox), with the next page in a `Link` header (RFC 8288)."""
    headers = {"Link": f'<{page.next}>; rel="next"'} if page.next else {}
    return Response(list(results), headers=headers)


def _page(request: Request, rows: QuerySet[Row], *, parameter: str, lookup: str, order: str) -> Page[Row]:
    limit = _limit(request.query_params.get("limit"))
    cursor = request.query_params.get(parameter)
    if cursor is not None:
        rows = rows.filter(**{lookup: _id(rows, cursor, parameter)})
    # One more than asked for tells whether there is a next page, without counting.
    found = list(rows.order_by(order)[: limit + 1])
    if len(found) <= limit:
        return Page(found, None)
    address = replace_query_param(request.build_absolute_uri(), parameter, found[limit - 1].pk)
    return Page(found[:limit], address)


def _limit(text: str | None) -> int:
    if text is None:
        return DEFAULT_LIMIT
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= MAX_LIMIT):
        raise invalid(f"limit is a whole number from 1 to {MAX_LIMIT}.", field="limit")
    return int(text)


def _id(rows: QuerySet[Any], text: str, parameter: str) -> Any:
    try:
        return rows.model._meta.pk.to_python(text)
    except ValidationError:
        raise invalid(
            f"{parameter} is not an id.", field=parameter, hint="Follow the address in next; do not build it."
        ) from None
