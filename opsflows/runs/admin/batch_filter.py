"""The runs of one batch."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from opsflows.accounts.current import current_membership
from opsflows.admin_site.filters import ChoiceFilter, as_uuid
from opsflows.runs.models import RunBatch

#: The newest ones; others are reached from their own page.
_OFFERED = 20


class BatchFilter(ChoiceFilter):
    title = "Batch"
    parameter_name = "batch"
    all_label = "Any batch"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        membership = current_membership(request)
        rows = RunBatch.objects.filter(account=membership.account_id) if membership else RunBatch.objects.all()
        found = rows.order_by("-pk").values_list("pk", "name")
        offered = [(str(pk), name) for pk, name in found[:_OFFERED]]
        chosen = as_uuid(request.GET.get("batch", ""))
        if chosen and str(chosen) not in dict(offered) and len(offered) == _OFFERED:
            offered += [(str(pk), name) for pk, name in found.filter(pk=chosen)]
        return offered

    def narrow(self, rows: QuerySet, value: str) -> QuerySet:
        # A batch's id is nothing else's.
        return rows.filter(origin_id=value)
