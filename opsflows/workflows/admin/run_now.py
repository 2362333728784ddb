"""Start a workflow by hand: a form for what it reads, or a real event to take it from."""

import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from unfold.widgets import UnfoldAdminDecimalFieldWidget

from opsflows.accounts.roles import Permission
from opsflows.admin_site import fields, words
from opsflows.admin_site.acts import Act, Deed, Refused
from opsflows.admin_site.markup import link
from opsflows.events.models import Event, EventPayload, EventType
from opsflows.runs.start_run import NotStartable, start_by_hand
from opsflows.schedules.trigger_data import trigger_data
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.inputs import Input, inputs_of, nested
from opsflows.workflows.models import Workflow, WorkflowVersion
from opsflows.workflows.read_graph import read_graph

#: What a schedule gives its runs.
_AS_SCHEDULED = "schedule"
#: Events offered to copy from.
_OFFERED = 5


class RunForm(forms.Form):
    """What the run is started with. A field that is left empty is not there, as in an event that lacks it."""

    #: The same form, sent twice, starts one run.
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *, row: Workflow, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, initial={"key": uuid.uuid4().hex})
        version = row.published_version
        self.inputs = _inputs(version, row) if version else []
        self.payloads = {str(event.pk): payload for event, payload in _events(version, row)} if version else {}
        choices = _choices(version, row) if version and self.payloads else []
        if version and (given := trigger_data(row, version.workflow_data, now=timezone.now())):
            self.payloads[_AS_SCHEDULED] = given
            choices = [(_AS_SCHEDULED, "its schedule, as if it fired now"), *choices]
        if choices:
            self.fields["like"] = fields.choice(
                "Take the data from",
                [("", "only what is filled in below"), *choices],
                required=False,
                initial=_AS_SCHEDULED if _AS_SCHEDULED in self.payloads else "",
                help_text="What is filled in below goes over it.",
            )
        for number, each in enumerate(self.inputs):
            self.fields[f"field-{number}"] = _field(each)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        given = [(each.path, _value(each, cleaned.get(f"field-{n}"))) for n, each in enumerate(self.inputs)]
        base = self.payloads.get(cleaned.get("like") or "", {})
        return {**cleaned, "data": nested(((path, value) for path, value in given if value is not None), base)}


def _inputs(version: WorkflowVersion, workflow: Workflow) -> list[Input]:
    try:
        graph = read_graph(version.workflow_data)
    except InvalidDefinition:
        return []
    described = EventType.objects.filter(event_name=version.trigger_event)
    own, shared = described.filter(account=workflow.account_id).first(), described.filter(account=None).first()
    schema = (own.payload_schema if own else {}) or (shared.payload_schema if shared else {})
    return inputs_of(graph, references=version.references, schema=schema)


def _events(version: WorkflowVersion, workflow: Workflow) -> list[tuple[Event, Mapping[str, Any]]]:
    """The newest events that start this workflow, with what they carry."""
    if not version.trigger_event:
        return []
    events = Event.objects.filter(account=workflow.account_id, name=version.trigger_event).order_by("-pk")[:_OFFERED]
    payloads = dict(EventPayload.objects.filter(event__in=list(events)).values_list("event_id", "data"))
    return [(event, payloads[event.pk]) for event in events if isinstance(payloads.get(event.pk), dict)]


def _choices(version: WorkflowVersion, workflow: Workflow) -> list[tuple[str, str]]:
    zone = workflow.account.zone
    return [
        (str(event.pk), f"{event.name}, {words.exact(event.received_at.astimezone(zone))}")
        for event, _ in _events(version, workflow)
    ]


def _field(each: Input) -> forms.Field:
    hints = [each.help, f"Such as {each.example}." if each.example else ""]
    shown: dict[str, Any] = {"required": False, "help_text": " ".join(hint for hint in hints if hint)}
    match each.kind:
        case "number":
            return forms.DecimalField(label=each.path, widget=UnfoldAdminDecimalFieldWidget({"step": "any"}), **shown)
        case "boolean":
            return fields.choice(each.path, [("", "not there"), ("true", "yes"), ("false", "no")], **shown)
        case _:
            return fields.text(each.path, max_length=2000, **shown)


def _value(each: Input, cleaned: Any) -> Any:
    if cleaned in (None, ""):
        return None
    if each.kind == "boolean":
        return cleaned == "true"
    if isinstance(cleaned, Decimal):
        return int(cleaned) if cleaned == cleaned.to_integral_value() and abs(cleaned) < 10**18 else cleaned
    return cleaned


def _run(deed: Deed) -> str:
    try:
        run = start_by_hand(
            actor=deed.actor, workflow_id=deed.row.pk, data=deed.data["data"], key=deed.data["key"], now=deed.now
        )
    except NotStartable as error:
        raise Refused(str(error)) from None
    return link(run, "Started: see what becomes of it.")


RUN_NOW = Act(
    name="run-now",
    label="Run now",
    icon="play_arrow",
    permission=Permission.RUNS_START,
    question=lambda workflow: (
        f"{str(workflow.published_version or 'What is published').capitalize()} is run once, in earnest: what it sends "
        f"is sent. These are the fields that it reads of an event; what stays empty is not there."
    ),
    perform=_run,
    is_possible=lambda workflow: workflow.published_version_id is not None,
    form=RunForm,
)


def list_links(request: HttpRequest, workflow: Workflow) -> list[dict[str, str]]:
    """The way to start it for each row of a list, for whoever may."""
    if workflow.published_version_id is None or not RUN_NOW.may(request):
        return []
    url = f"{reverse('admin:runs_runbatch_add')}?workflow={workflow.pk}"
    return [{"label": "Start for a list…", "icon": "playlist_play", "url": url}]
