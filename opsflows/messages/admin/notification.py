"""Notifications: what the signed-in person is to know, newest first. Opening one does not mark it as read."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from opsflows.accounts.current import current_actor, current_membership
from opsflows.accounts.roles import Permission
from opsflows.admin_site.acts import Act, Deed
from opsflows.admin_site.filters import ChoiceFilter
from opsflows.admin_site.markup import Look, badge, list_of, when
from opsflows.admin_site.pages import PageAdmin
from opsflows.messages.mark_read import mark_all_read, mark_read
from opsflows.messages.models import Notification

_NEW = Look("New", "running", "notifications_unread")
_READ = Look("Read", "off", "done_all")


class ReadFilter(ChoiceFilter):
    title = "State"
    parameter_name = "state"
    all_label = "New and read"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [("new", "New")]

    def narrow(self, rows: QuerySet, value: str) -> QuerySet:
        return unread(rows)


def unread(rows: QuerySet) -> QuerySet:
    """What the person has not marked as read."""
    return rows.filter(read_at__isnull=True)


def _mark_read(deed: Deed) -> str:
    mark_read(actor=deed.actor, notification=deed.row, now=deed.now)
    return "Marked as read."


@admin.register(Notification)
class NotificationAdmin(PageAdmin):
    newest_first = True
    page_template = "admin/opsflows/notification.html"
    list_display = ["what", "state", "told"]
    list_filter = [ReadFilter]
    empty_title = "Nothing to tell you"
    empty_text = "Workflows tell people here with the action notify, and tasks that become yours are told here, too."
    acts = (
        Act(
            name="read",
            label="Mark as read",
            icon="done",
            permission=Permission.WORKFLOWS_READ,
            question=lambda notification: "It stays in the list, and no longer counts as new.",
            perform=_mark_read,
            is_possible=lambda notification: notification.read_at is None,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Only what is for the signed-in person, whoever that is."""
        membership = current_membership(request)
        if membership is None:
            return Notification.objects.none()
        return Notification.objects.filter(user=membership.user_id, account=membership.account_id)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.read_all)
        urls: list[URLPattern] = super().get_urls()
        return [path("read-all/", view, name="ops_messages_notification_read_all"), *urls]

    def read_all(self, request: HttpRequest) -> HttpResponse:
        """POST marks everything as read."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if current_membership(request) is not None:
            number = mark_all_read(actor=current_actor(request), now=timezone.now())
            messages.success(request, "All is marked as read." if number else "Nothing was new.")
        return HttpResponseRedirect(list_of(Notification))

    def page_context(self, request: HttpRequest, row: Notification) -> dict[str, Any]:
        look = _READ if row.read_at else _NEW
        return {"notification": row, "look": look, "badge": badge(look)}

    @admin.display(description="What")
    def what(self, notification: Notification) -> SafeString | str:
        return notification.title if notification.read_at else format_html("<strong>{}</strong>", notification.title)

    @admin.display(description="State")
    def state(self, notification: Notification) -> SafeString:
        return badge(_READ if notification.read_at else _NEW)

    @admin.display(description="Told")
    def told(self, notification: Notification) -> SafeString:
        return when(notification.created_at)
