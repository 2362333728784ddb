"""The form of a schedule: what it is called, when it fires, what it does then, and what if that was missed."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from opsflows.accounts.models import PlatformAccount
from opsflows.admin_site import fields
from opsflows.admin_site.pairs import PairsField, as_pairs, merged, nested_names
from opsflows.schedules.admin.preview import PreviewWidget, preview
from opsflows.schedules.admin.when_form import WhenForm
from opsflows.schedules.models import DEFAULT_GRACE, Schedule
from opsflows.schedules.write import MOST_GRACE, ScheduleFields
from opsflows.workflows.models import Workflow

_EVENT, _WORKFLOW = "event", "workflow"
_GRACE = {60: "an hour", 6 * 60: "6 hours", 12 * 60: "12 hours", 24 * 60: "a day", MOST_GRACE: "a week"}
#: Workflows that are offered.
_OFFERED = 500
_DATES = "Texts may hold dates, such as {{today}}, {{yesterday}}, {{end_of_month}} or {{schedule.fire_time}}."


class ScheduleForm(WhenForm):
    """A new schedule of `account` where `row` is None, otherwise changes of it.

    Cleaned, it has `said`, which is what the verbs take."""

    def __init__(
        self, *, account: PlatformAccount, row: Schedule | None = None, data: Mapping[str, Any] | None = None
    ) -> None:
        cron = row.cron if row else "0 7 * * *"
        # One that is no more is what the form is opened to mend.
        zone = row.zone if row and row.zone in available_timezones() else account.timezone
        super().__init__(cron=cron, zone=zone, data=data)
        self.row = row
        self._add_deed(account, row)
        self._add_rest(row, ZoneInfo(zone))
        self.fields["name"] = fields.text(
            "Name", max_length=255, initial=row.name if row else "", help_text="Such as “Daily report”."
        )
        self.fields["preview"] = forms.Field(label="Next times", required=False)
        self.order_fields(["name", *(name for name in WhenForm(cron=cron, zone=zone).fields), "preview"])
        shown = preview(self, now=timezone.now())
        self.fields["preview"].widget = PreviewWidget(reverse("admin:schedules_schedule_preview"), shown)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        for name in ("starts_at", "ends_at"):
            data[name] = self._moment(name, data)
        if data.get("does") == _WORKFLOW and not data.get("workflow"):
            self.add_error("workflow", "Choose the workflow to start.")
        if data.get("does") == _EVENT and not data.get("event_name"):
            self.add_error("event_name", "Name the event to send, such as report.daily.")
        if not self.errors:
            data["said"] = self._said(data)
        return data

    def _said(self, data: Mapping[str, Any]) -> ScheduleFields:
        is_workflow = data["does"] == _WORKFLOW
        return ScheduleFields(
            name=data["name"],
            cron=data["cron"],
            zone=data["zone"],
            workflow_id=data["workflow"] if is_workflow else None,
            event_name="" if is_workflow else data["event_name"],
            data=merged(data["data"], self.row.data if self.row else {}),
            misfire=data["misfire"],
            grace_minutes=int(data["grace_minutes"]),
            starts_at=data["starts_at"],
            ends_at=data["ends_at"],
        )

    def _add_deed(self, account: PlatformAccount, row: Schedule | None) -> None:
        rows = Workflow.objects.filter(account=account).order_by("workflow_name")
        offered = list(rows.values_list("pk", "workflow_name")[:_OFFERED])
        if row and row.workflow_id and row.workflow_id not in dict(offered):
            offered += rows.filter(pk=row.workflow_id).values_list("pk", "workflow_name")
        self.fields["does"] = fields.choice(
            "What it does",
            [(_EVENT, "Send an event"), (_WORKFLOW, "Start a workflow")],
            initial=_WORKFLOW if row and row.workflow_id else _EVENT,
        )
        self.fields["event_name"] = fields.text(
            "Event",
            required=False,
            max_length=255,
            initial=row.event_name if row else "",
            help_text="Such as report.daily. Every live workflow that listens to it is started.",
        )
        self.fields["workflow"] = forms.TypedChoiceField(
            label="Workflow",
            required=False,
            coerce=lambda pk: next(known for known, _ in offered if str(known) == pk),
            empty_value=None,
            choices=[("", "–"), *((str(pk), name) for pk, name in offered)],
            widget=UnfoldAdminSelectWidget,
            initial=str(row.workflow_id) if row and row.workflow_id else "",
        )
        self.fields["event_name"].widget.attrs["data-belongs"] = _EVENT
        self.fields["workflow"].widget.attrs["data-belongs"] = _WORKFLOW
        kept = nested_names(row.data) if row else []
        also = f" Kept as the API set it: {', '.join(kept)}." if kept else ""
        self.fields["data"] = PairsField(
            label="What it carries",
            required=False,
            initial=as_pairs(row.data) if row else [],
            help_text=f"Names and values that the event, or the run, starts with. {_DATES}{also}",
        )

    def _add_rest(self, row: Schedule | None, zone: ZoneInfo) -> None:
        self.fields["misfire"] = fields.choice(
            "If it was missed",
            Schedule.Misfire.choices,
            initial=row.misfire if row else Schedule.Misfire.ONCE,
            help_text="Times are missed while no worker runs.",
        )
        grace = row.grace_minutes if row else DEFAULT_GRACE
        known = _GRACE if grace in _GRACE else {grace: f"{grace} minutes"} | _GRACE
        self.fields["grace_minutes"] = fields.choice(
            "The latest one, if no older than",
            [(str(minutes), label) for minutes, label in known.items()],
            initial=str(grace),
        )
        self.fields["grace_minutes"].widget.attrs["data-belongs"] = Schedule.Misfire.ONCE.value
        for name, label, value in (
            ("starts_at", "Not before", row.starts_at if row else None),
            ("ends_at", "Not after", row.ends_at if row else None),
        ):
            self.fields[name] = forms.CharField(
                label=label,
                required=False,
                initial=_shown(value, zone) if value else "",
                help_text="By the clocks of its own time zone. Empty: no limit.",
                widget=UnfoldAdminTextInputWidget({"type": "datetime-local"}),
            )

    def _moment(self, name: str, data: Mapping[str, Any]) -> datetime | None:
        written = data.get(name)
        if not written or "zone" not in data:
            return None
        before: datetime | None = getattr(self.row, name, None)
        zone = ZoneInfo(data["zone"])
        if before and self.row and self.row.zone == data["zone"] and written == _shown(before, zone):
            # The field has minutes alone; what was not touched keeps its seconds.
            return before
        try:
            moment = parse_datetime(written)
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is not None or not 1970 <= moment.year < 9999:
            self.add_error(name, "Give a date and a time, such as 2026-03-31T09:00.")
            return None
        return moment.replace(tzinfo=zone).astimezone(UTC)


def _shown(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%dT%H:%M}"


def change_form(*, row: Schedule, data: Mapping[str, Any] | None = None) -> ScheduleForm:
    """The form that changes `row`."""
    return ScheduleForm(account=row.account, row=row, data=data)
