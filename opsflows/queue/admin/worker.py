"""Workers: who is there, and since when nothing was heard of them."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString

from opsflows.admin_site import words
from opsflows.admin_site.filters import ChoiceFilter
from opsflows.admin_site.markup import Look, badge, when
from opsflows.admin_site.pages import ListAdmin
from opsflows.queue.heartbeat import STALE
from opsflows.queue.models import WorkerHeartbeat

_ALIVE = Look("Alive", "done", "favorite")
_SILENT = Look("Silent", "failed", "heart_broken")
_STOPPED = Look("Stopped", "off", "stop_circle")


class StateFilter(ChoiceFilter):
    """Drains hand over every minute, and those that ended are kept for an hour: without it they would hide the rest."""

    title = "State"
    parameter_name = "state"
    all_label = "Running"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [("stopped", "Stopped within an hour")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(stopped_at__isnull=self.value() != "stopped")


@admin.register(WorkerHeartbeat)
class WorkerAdmin(ListAdmin):
    account_path = None
    list_display = ["place", "state", "started", "process"]
    list_display_links = None
    list_filter = [StateFilter]
    ordering = ["-beat_at"]
    empty_title = "No worker was ever here"
    empty_text = "Nothing is handed over and no workflow runs until one is: start it with make worker."

    @admin.display(description="Worker")
    def place(self, row: WorkerHeartbeat) -> str:
        return f"{row.host}, slot {row.slot}"

    @admin.display(description="State")
    def state(self, row: WorkerHeartbeat) -> SafeString:
        now = timezone.now()
        silent = words.span(now - row.beat_at)
        if row.stopped_at is not None:
            return badge(_STOPPED, f"Stopped {words.relative(row.stopped_at, now)}")
        if now - row.beat_at > STALE:
            return badge(_SILENT, f"Nothing heard for {silent}")
        handing = ", handing over to a successor" if row.retiring else ""
        return badge(_ALIVE, f"Alive, last heard {silent} ago{handing}")

    @admin.display(description="Started")
    def started(self, row: WorkerHeartbeat) -> SafeString:
        return when(row.started_at)

    @admin.display(description="Process")
    def process(self, row: WorkerHeartbeat) -> str:
        return str(row.pid)
