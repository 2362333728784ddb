"""Lists that never count: a page is read with one row more than it shows, and then it is known whether more follow."""

from typing import Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from unfold.views import ChangeList

_OLDER, _NEWER, _PAGE = "older", "newer", "page"


class PagedChangeList(ChangeList):
    """One page of a list, with the addresses of the pages beside it.

    Pages follow the primary key where the admin says so (`pages_by_key`); otherwise they are numbered, which will do
    for lists that staff fill by hand.
    """

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        # The place in the list is no filter: it must neither narrow the rows nor stay when a filter changes.
        query = request.GET.copy()
        self.place = {name: query.pop(name)[-1] for name in (_OLDER, _NEWER, _PAGE) if name in query}
        vars(request)["GET"] = query
        self.previous_url = self.next_url = ""
        self.by_key = False
        super().__init__(request, *args, **kwargs)
        # The filters stand above the list (templates/admin/change_list.html), not in unfold's drawer.
        self.has_filters = False

    def get_queryset(self, request: HttpRequest, *args: Any, **kwargs: Any) -> QuerySet:
        self.by_key = self.model_admin.pages_by_key(request)
        rows: QuerySet = super().get_queryset(request, *args, **kwargs)
        return rows

    def get_results(self, request: HttpRequest) -> None:
        rows = self._by_key() if self.by_key else self._by_number()
        self.model_admin.prepare_rows(request, rows)
        self.result_list = rows
        self.result_count = self.full_result_count = len(rows)
        self.show_full_result_count = False
        self.show_admin_actions = bool(rows)
        self.can_show_all = self.multi_page = False
        self.paginator = self.model_admin.get_paginator(request, rows, self.list_per_page)

    def get_ordering(self, request: HttpRequest, queryset: QuerySet) -> list[Any]:
        if self.by_key:
            return ["-pk"]
        ordering: list[Any] = super().get_ordering(request, queryset)
        return ordering

    def _by_key(self) -> list[Any]:
        size, backwards = self.list_per_page, _NEWER in self.place
        rows = self.queryset
        if backwards:
            rows = rows.filter(pk__gt=self._key(_NEWER)).order_by("pk")
        elif _OLDER in self.place:
            rows = rows.filter(pk__lt=self._key(_OLDER))
        read = list(rows[: size + 1])
        page, more = read[:size], len(read) > size
        if backwards:
            page.reverse()
        if page and (more if backwards else _OLDER in self.place):
            self.previous_url = self._url(_NEWER, page[0].pk)
        if page and (backwards or more):
            self.next_url = self._url(_OLDER, page[-1].pk)
        return page

    def _by_number(self) -> list[Any]:
        text = self.place.get(_PAGE, "1")
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 1
        start = (max(number, 1) - 1) * self.list_per_page
        read = list(self.queryset[start : start + self.list_per_page + 1])
        if number > 1:
            self.previous_url = self._url(_PAGE, number - 1)
        if len(read) > self.list_per_page:
            self.next_url = self._url(_PAGE, number + 1)
        return read[: self.list_per_page]

    def _key(self, name: str) -> Any:
        try:
            return self.lookup_opts.pk.to_python(self.place[name])
        except ValidationError as error:
            raise IncorrectLookupParameters(error) from error

    def _url(self, name: str, value: object) -> str:
        query = QueryDict(mutable=True)
        for key, values in self.filter_params.items():
            query.setlist(key, values)
        query[name] = str(value)
        return f"?{query.urlencode()}"
