"""The fields of a workflow's settings, in groups, each with what it means and an example."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.utils import ErrorDict

from opsflows.accounts.models import ManagedSite
from opsflows.admin_site import fields
from opsflows.rules.text import to_text
from opsflows.studio.settings_form.places import PLACES, values_of, with_changes
from opsflows.studio.views.settings.error_workflow import error_workflow_field, suggested
from opsflows.studio.views.settings.texts import Line, Listed, Prose
from opsflows.workflows.models import Workflow
from opsflows.workflows.save_draft import MAX_NAME

_SETTINGS = frozenset(place.name for place in PLACES)
_PRIORITIES = (("low", "Low"), ("normal", "Normal"), ("high", "High"), ("urgent", "Urgent"))
_THROTTLES = (
    ("queue", "they wait for room"),
    ("delay", "they are spread evenly over the hour"),
    ("drop", "they are left out, and say so"),
)
_ON_ERROR = (
    ("stop", "The run stops as failed"),
    ("continue", "The run goes on with the next step"),
    ("retry", "The step is tried again, then the run stops"),
    ("branch", "The step's way for errors is taken; without one the run stops"),
)


@dataclass(frozen=True, slots=True)
class Group:
    """Some fields under a heading, with a sentence that says what they are for."""

    title: str
    about: str
    names: tuple[str, ...]


GROUPS = (
    Group("What it is", "How people find it.", ("name", "description", "category", "site")),
    Group("Runs", "What goes first, and how long a run may take in all.", ("priority", "timeout", "four_eyes")),
    Group(
        "Limits",
        "For systems that take only so much, and for work that must not overlap. What a person starts by hand is not "
        "counted.",
        ("per_hour", "throttle", "at_once", "turns"),
    ),
    Group(
        "When a step fails",
        "What counts for every step that says nothing of its own.",
        ("on_error", "retry_count", "retry_delay", "notify", "error_workflow"),
    ),
)


class SettingsForm(forms.Form):
    """Everything but the exits. Problems of the settings as a whole are put beside the fields by the page."""

    def __init__(
        self,
        *,
        workflow: Workflow,
        others: Sequence[tuple[str, str]],
        sites: Sequence[ManagedSite],
        data: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data)
        self.workflow = workflow
        shown = values_of(workflow.settings)
        self.fields |= {**_about(workflow, sites), **_running(workflow, shown), **_limits(shown), **_failing(shown)}
        self.fields["error_workflow"] = error_workflow_field(shown["error_workflow"], workflow, others)
        #: What can be typed where there are too many to choose from.
        self.suggested = suggested(others, workflow)

    def forget_errors(self) -> None:
        """Show it as it was filled in, without a word about it."""
        self._errors = ErrorDict()

    @property
    def groups(self) -> list[tuple[Group, list[forms.BoundField]]]:
        """The fields as the page shows them."""
        return [(group, [self[name] for name in group.names if name in self.fields]) for group in GROUPS]

    def settings(self) -> dict[str, Any]:
        """The settings with what was changed here; all else as it was."""
        changes = {name: self.cleaned_data.get(name) for name in self.changed_data if name in _SETTINGS}
        return with_changes(self.workflow.settings, changes)


def _about(workflow: Workflow, sites: Sequence[ManagedSite]) -> dict[str, forms.Field]:
    found: dict[str, forms.Field] = {
        "name": Line(
            label="Name", initial=workflow.workflow_name, max_length=MAX_NAME, help_text="In a few words what it does."
        ),
        "description": Prose(
            label="Description",
            required=False,
            initial=workflow.description,
            help_text="Why it is there, and whom to ask.",
        ),
        "category": fields.choice("Category", Workflow.Category.choices, initial=workflow.category),
    }
    if sites:
        offered = [("", "All of them"), *((str(site.pk), site.name) for site in sites)]
        initial = str(workflow.managed_site_id or "")
        found["site"] = fields.choice("Site", offered, required=False, initial=initial, help_text="Whom it is for.")
    return found


def _running(workflow: Workflow, shown: Mapping[str, Any]) -> dict[str, forms.Field]:
    everywhere = workflow.account.requires_four_eyes
    eyes = fields.switch(
        "Somebody else has to approve each publication",
        initial=bool(shown["four_eyes"]) or everywhere,
        help_text="The whole account asks for it."
        if everywhere
        else "Whoever publishes is held to it, also when it is turned off again.",
    )
    eyes.disabled = everywhere
    return {
        "priority": fields.choice(
            "Priority",
            _PRIORITIES,
            required=False,
            initial=shown["priority"],
            help_text="Where many runs wait, the higher goes first.",
        ),
        "timeout": Line(
            label="Longest time for a run",
            required=False,
            initial=_duration(shown["timeout"]),
            help_text="All its waits included, such as “2 hours” or “30 days”. Empty: 90 days.",
        ),
        "four_eyes": eyes,
    }


def _limits(shown: Mapping[str, Any]) -> dict[str, forms.Field]:
    return {
        "per_hour": fields.number(
            "Most runs in an hour",
            required=False,
            min_value=1,
            max_value=1_000_000,
            initial=shown["per_hour"],
            help_text="Counted over any sixty minutes. Empty: as many as come.",
        ),
        "throttle": fields.choice("If more come", _THROTTLES, required=False, initial=shown["throttle"]),
        "at_once": fields.number(
            "Most runs at once",
            required=False,
            min_value=1,
            max_value=1000,
            initial=shown["at_once"],
            help_text="The others wait, in the order of their events: with 1, one after the other. Empty: no limit.",
        ),
        "turns": Line(
            label="Taking turns by",
            required=False,
            max_length=500,
            initial=shown["turns"],
            help_text="The limit then holds for each value by itself: with “{{customerId}}”, one run at once for each "
            "customer. Empty: for all runs together.",
        ),
    }


def _failing(shown: Mapping[str, Any]) -> dict[str, forms.Field]:
    return {
        "on_error": fields.choice("If a step fails", _ON_ERROR, required=False, initial=shown["on_error"]),
        "retry_count": fields.number(
            "Tries after the first",
            required=False,
            min_value=0,
            max_value=20,
            initial=shown["retry_count"],
            help_text="For steps that are tried again. Empty: 3.",
        ),
        "retry_delay": fields.number(
            "Seconds before the second try",
            required=False,
            min_value=1,
            max_value=3600,
            initial=shown["retry_delay"],
            help_text="At most; every further one may wait up to twice as long as the one before. Empty: 5.",
        ),
        "notify": Listed(
            label="Tell by mail",
            initial=shown["notify"] or [],
            help_text="Addresses that hear of every failed run, one a line, such as ops@example.com.",
        ),
    }


def _duration(value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return f"{to_text(value)} seconds"
