"""Upkeep: the table of what happens periodically, and below it the jobs, newest first."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from opsflows.accounts.actor import Forbidden
from opsflows.accounts.current import current_actor, current_membership
from opsflows.accounts.models import User
from opsflows.accounts.roles import Permission
from opsflows.admin_site.acts import Act, Deed, Refused
from opsflows.admin_site.document import document
from opsflows.admin_site.filters import ChoiceFilter
from opsflows.admin_site.markup import badge, cut, list_of, when
from opsflows.admin_site.pages import PageAdmin
from opsflows.queue.models import Job
from opsflows.runs.replay.retry_many import KIND as RETRY
from opsflows.runs.replay.retry_many import RetryOver, stop_retry
from opsflows.upkeep.admin.job_words import label_of, look_of, outcome, progress, took
from opsflows.upkeep.admin.periodic import lines
from opsflows.upkeep.control import AlreadyOver, UnderWay, run_now, stop_job
from opsflows.upkeep.retention.kinds import KINDS
from opsflows.upkeep.retention.preview import preview
from opsflows.upkeep.table import Clock, Entry, entry_of

_HOUSE = "house"


class WhoseFilter(ChoiceFilter):
    """The account's own jobs unless the house's are asked for, of which there are many and all much the same."""

    title = "Whose"
    parameter_name = "whose"
    all_label = "This account's"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [(_HOUSE, "The whole house's")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        membership = current_membership(request)
        if self.value() == _HOUSE:
            return queryset.filter(account=None)
        return queryset.filter(account=membership.account_id) if membership else queryset.exclude(account=None)


def _stop(deed: Deed) -> str:
    try:
        stop_job(actor=deed.actor, job_id=deed.row.pk, now=deed.now)
    except AlreadyOver as over:
        raise Refused(str(over)) from over
    return "The job is stopped. What it has done stays done."


def _stop_retry(deed: Deed) -> str:
    try:
        stop_retry(actor=deed.actor, job_id=deed.row.pk, now=deed.now)
    except (RetryOver, ObjectDoesNotExist) as over:
        raise Refused(str(over)) from over
    return "No more runs are taken up. Those that were go on."


@admin.register(Job)
class JobAdmin(PageAdmin):
    called = "upkeep"
    newest_first = True
    page_template = "admin/opsflows/job.html"
    list_before_template = "admin/opsflows/periodic.html"
    list_display = ["label", "standing", "what", "how_far", "asked", "duration"]
    list_filter = [WhoseFilter]
    empty_title = "No jobs yet"
    empty_text = "What is periodic stands above. Each time it is done, and other long work, leaves a line here."
    acts = (
        Act(
            name="stop",
            label="Stop",
            icon="stop_circle",
            permission=Permission.ACCOUNT_MANAGE,
            question=lambda job: "It ends behind what it is at. What it has done stays done.",
            perform=_stop,
            is_possible=lambda job: _goes_on(job) and job.kind != RETRY,
            is_dangerous=True,
        ),
        # Whoever may take runs up may also leave it.
        Act(
            name="stop-retry",
            label="Stop",
            icon="stop_circle",
            permission=Permission.RUNS_OPERATE,
            question=lambda job: "It ends behind the runs it is at. What was taken up goes on.",
            perform=_stop_retry,
            is_possible=lambda job: _goes_on(job) and job.kind == RETRY,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows: QuerySet = Job.objects.all()
        membership = current_membership(request)
        if membership is not None:
            return rows.filter(Q(account=membership.account_id) | Q(account=None))
        return rows if request.user.is_superuser else rows.none()

    def get_urls(self) -> list[URLPattern]:
        now = path("now/<str:kind>/", self.admin_site.admin_view(self.now_view), name="queue_job_now")
        return [now, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        membership = current_membership(request)
        context = {
            "periodic": lines(membership.account if membership else None, now=timezone.now()),
            "may_run": self.acts[0].may(request),
            **(extra_context or {}),
        }
        return super().changelist_view(request, context)

    def now_view(self, request: HttpRequest, kind: str) -> HttpResponse:
        """GET asks, POST has the entry done for the account in use."""
        try:
            entry = entry_of(kind)
        except LookupError as error:
            raise Http404(str(error)) from error
        if not self.acts[0].may(request) or entry.clock is Clock.HOUSE:
            raise PermissionDenied
        if request.method not in ("GET", "HEAD", "POST"):
            return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
        if request.method == "POST":
            return self._run(request, entry)
        context = {
            **self.frame(request, "Run now"),
            "act": {"label": f"{label_of(kind)} now", "is_dangerous": kind == "retention.clean"},
            "question": _question(request, entry),
            "back": list_of(Job),
        }
        return TemplateResponse(request, "admin/opsflows/act.html", context)

    def _run(self, request: HttpRequest, entry: Entry) -> HttpResponse:
        try:
            run_now(actor=current_actor(request), kind=entry.kind, now=timezone.now())
        except (Forbidden, UnderWay) as error:
            messages.error(request, str(error))
        else:
            messages.success(request, "Asked for: a worker begins within a few seconds.")
        return HttpResponseRedirect(list_of(Job))

    def page_context(self, request: HttpRequest, row: Job) -> dict[str, Any]:
        asked_by = User.objects.filter(pk=row.created_by_id).only("username").first() if row.created_by_id else None
        return {
            "title": label_of(row.kind),
            "job": row,
            "look": look_of(row),
            "badge": badge(look_of(row)),
            "outcome": outcome(row),
            "progress": progress(row),
            "took": took(row),
            "asked_by": asked_by,
            "result": document(row.result) if row.result is not None else None,
            "params": document(row.params) if row.params else None,
        }

    @admin.display(description="Job")
    def label(self, job: Job) -> str:
        return label_of(job.kind)

    @admin.display(description="State")
    def standing(self, job: Job) -> SafeString:
        return badge(look_of(job))

    @admin.display(description="What came of it")
    def what(self, job: Job) -> SafeString:
        return cut(outcome(job))

    @admin.display(description="How far")
    def how_far(self, job: Job) -> str:
        return progress(job) or "–"

    @admin.display(description="Asked for")
    def asked(self, job: Job) -> SafeString:
        return when(job.created_at)

    @admin.display(description="Took")
    def duration(self, job: Job) -> str:
        return took(job) or "–"


def _goes_on(job: Job) -> bool:
    return job.account_id is not None and job.status not in Job.TERMINAL


def _question(request: HttpRequest, entry: Entry) -> SafeString:
    if entry.kind != "retention.clean":
        return format_html("{}", entry.what)
    actor, now = current_actor(request), timezone.now()
    shown = {kind: preview(account_id=actor.account_id, kind=kind, now=now) for kind in KINDS}
    told = " ".join(f"{KINDS[kind].kind.label}: {each.sentence}" for kind, each in shown.items() if each.is_something)
    return format_html("It cannot be undone. {}", told or "As of now, nothing is old enough to be deleted.")
