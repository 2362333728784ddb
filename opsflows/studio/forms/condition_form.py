"""The form of a condition by itself: of the one at the entrance of a workflow, of a segment."""

from functools import cached_property
from typing import Any

from django.http import QueryDict

from opsflows.rules import RuleError, compile_condition
from opsflows.studio.forms.around import Around
from opsflows.studio.forms.built import BuiltForm
from opsflows.studio.forms.condition_input import ConditionInput
from opsflows.studio.forms.findings import Findings
from opsflows.studio.forms.posted import Posted
from opsflows.studio.forms.shapes import ABSENT, Shape
from opsflows.studio.forms.shown import Shown
from opsflows.workflows import field_looks as looks
from opsflows.workflows.named_conditions import left_open

NAME = "only-if"
_PATH = "conditions"
_SHAPE = Shape(_PATH, "Only if", "", looks.CONDITION)


class ConditionForm(BuiltForm):
    """Rows of comparisons in groups. `is_rearranged`: to be shown again, and nothing saved."""

    def __init__(self, *, around: Around, conditions: Any, data: QueryDict | None, name: str) -> None:
        self.before = conditions
        self.input = ConditionInput(_SHAPE)
        super().__init__(around=around, name=name, data=data)

    def conditions(self) -> Any:
        """The condition as the rows say it; None where there are none."""
        return self._after

    def _stored(self) -> Any:
        return self.before

    def _write(self, posted: Posted) -> None:
        self.input.write(posted, self._place, self.before)

    def _read(self) -> None:
        found = self.input.read(self.posted, self._place, _PATH, self.before)
        self._after = None if found is ABSENT else found
        try:
            compile_condition(left_open(self._after), path=_PATH)
        except RuleError as error:
            findings = Findings()
            for problem in error.problems:
                text = problem.message
                findings.broken.setdefault(problem.path, []).append(f"{text[:1].upper()}{text[1:]}")
            self.findings = findings.placed(self.posted.places.values())

    @property
    def _place(self) -> str:
        return f"{self.name}-if"

    @cached_property
    def place(self) -> Shown:
        """The condition as it is drawn."""
        return self.input.show(self.desk, self._place, self.before)


def condition_form(
    *, around: Around, conditions: Any, data: QueryDict | None = None, prefix: str = ""
) -> ConditionForm:
    """The form of `conditions`; with `data`, as somebody filled it in."""
    name = f"{prefix}-{NAME}" if prefix else NAME
    return ConditionForm(around=around, conditions=conditions, data=data, name=name)
