"""The form of the pairs that a trigger of kind `schedule` gives each run."""

from functools import cached_property
from typing import Any

from django.http import QueryDict

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.schedules.judge_trigger import judge
from opsflows.studio.forms.around import Around
from opsflows.studio.forms.built import BuiltForm
from opsflows.studio.forms.findings import Findings
from opsflows.studio.forms.inputs import Input
from opsflows.studio.forms.pairs import PairsInput
from opsflows.studio.forms.posted import Posted
from opsflows.studio.forms.shapes import ABSENT, Shape
from opsflows.studio.forms.shown import Shown
from opsflows.studio.variables.known import schedule_variables
from opsflows.workflows import field_looks as looks
from opsflows.workflows.models import Workflow

NAME = "given"
_ANY_TIME = "0 9 * * *"
_SHAPE = Shape(
    "data",
    "What each run gets",
    "Names with values, such as region and EU. Steps read them as {{region}}; a value may be a date such as {{today}}.",
    looks.DOCUMENT,
    is_text=False,
)


class DataForm(BuiltForm):
    """Rows of a name and a value. `is_rearranged`: to be shown again, and nothing saved."""

    def __init__(self, *, around: Around, before: Any, data: QueryDict | None) -> None:
        self.before = before
        self.input: Input = PairsInput(_SHAPE)
        super().__init__(around=around, name=NAME, data=data)

    def pairs(self) -> Any:
        """The pairs as the rows say them; `ABSENT` where there are none."""
        return self._after

    def _stored(self) -> Any:
        return None if self.before is ABSENT else self.before

    def _write(self, posted: Posted) -> None:
        self.input.write(posted, self._place, self.before)

    def _read(self) -> None:
        self._after = self.input.read(self.posted, self._place, _SHAPE.key, self.before)
        if self._after is ABSENT or self._after is None or self._after is self.before:
            # What nobody touched is for publishing to judge.
            return
        found = Findings()
        for path, text in judge({"cron": _ANY_TIME, "data": self._after}):
            found.broken.setdefault(path, []).append(f"{text[:1].upper()}{text[1:]}")
        self.findings = found.placed(self.posted.places.values())

    @property
    def _place(self) -> str:
        return f"{self.name}-{_SHAPE.key}"

    @cached_property
    def place(self) -> Shown:
        """The pairs as they are drawn."""
        return self.input.show(self.desk, self._place, self.before)


def data_form(*, actor: Actor, workflow: Workflow, before: Any, data: QueryDict | None = None) -> DataForm:
    """The form of `before`, the pairs of the trigger; with `data`, as somebody filled it in.

    Raises:
        Forbidden: the actor may not look at the workflow.
    """
    actor.require(Permission.WORKFLOWS_READ, account_id=workflow.account_id)
    around = Around(workflow, None, schedule_variables(), None, actor)
    return DataForm(around=around, before=before, data=data)
