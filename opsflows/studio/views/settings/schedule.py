"""The trigger of kind `schedule` as a form: when it fires, and what each run gets."""

from collections.abc import Mapping
from typing import Any

from django.forms.utils import ErrorDict
from django.http import QueryDict

from opsflows.accounts.actor import Actor
from opsflows.schedules.cron import CronError, checked_cron
from opsflows.studio.forms.data_form import data_form
from opsflows.studio.forms.shapes import ABSENT
from opsflows.studio.views.settings.cron import TimesForm
from opsflows.workflows.models import Workflow

_EVERY_WORKDAY = "0 9 * * 1-5"


class ScheduleForm(TimesForm):
    """The fields of the times, and `given`, the rows of the pairs.

    `is_rearranged`: a button was pressed that changes the rows; to be shown again, and nothing saved.
    """

    def __init__(
        self, *, actor: Actor, workflow: Workflow, config: Mapping[str, Any], data: QueryDict | None = None
    ) -> None:
        cron, zone = str(config.get("cron") or _EVERY_WORKDAY), str(config.get("zone") or "")
        super().__init__(cron=cron, zone=zone, account_zone=workflow.account.timezone, data=data)
        self.before = config
        self.given = data_form(actor=actor, workflow=workflow, before=config.get("data", ABSENT), data=data)
        self.is_rearranged = self.given.is_rearranged

    def full_clean(self) -> None:
        super().full_clean()
        if self.is_rearranged:
            # Whoever adds a row is not done yet.
            self._errors = ErrorDict()

    def is_valid(self) -> bool:
        are_times_valid = super().is_valid()
        return self.given.is_valid() and are_times_valid

    def config(self) -> dict[str, Any]:
        """The trigger's configuration as it was filled in; what nobody touched, and what has no place here, stays."""
        said = dict(self.before)
        if "zone" in self.changed_data:
            _put(said, "zone", self.cleaned_data["zone"] or ABSENT)
        is_moved = bool(set(self.changed_data) - {"zone"}) or not said.get("cron")
        if is_moved and self.cleaned_data["cron"] != _checked(said.get("cron")):
            said["cron"] = self.cleaned_data["cron"]
        _put(said, "data", self.given.pairs())
        return said


def _put(config: dict[str, Any], key: str, value: Any) -> None:
    if value is ABSENT:
        config.pop(key, None)
    else:
        config[key] = value


def _checked(cron: Any) -> str:
    """How `cron` is spelled by whoever reads it; empty where it is no cron text."""
    try:
        return checked_cron(cron) if isinstance(cron, str) else ""
    except CronError:
        return ""
