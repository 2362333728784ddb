"""The form of one step, of whatever kind: built from the kind's config schema."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from django.http import QueryDict

from opsflows.studio.forms import condition_input, content, pairs, rows, values  # noqa: F401  (they register)
from opsflows.studio.forms.around import Around
from opsflows.studio.forms.built import BuiltForm
from opsflows.studio.forms.findings import findings_of
from opsflows.studio.forms.handling_shapes import HANDLING, LABEL
from opsflows.studio.forms.input_of import input_of
from opsflows.studio.forms.posted import Posted
from opsflows.studio.forms.rows import show_parts
from opsflows.studio.forms.same import same
from opsflows.studio.forms.shapes import ABSENT, Shape, shapes_of
from opsflows.studio.forms.shown import Shown
from opsflows.workflows.kinds import StepKind
from opsflows.workflows.registry import all_kinds

NAME = "step"


class StepForm(BuiltForm):
    """What a step says: its label, its kind's own fields, and what happens when it fails.

    `is_rearranged`: a button was pressed that changes the form itself; it is to be shown again, and nothing saved.
    """

    def __init__(self, *, around: Around, node_data: Mapping[str, Any], data: QueryDict | None, name: str) -> None:
        self.before = dict(node_data)
        config = self.before.get("config")
        self.config: Mapping[str, Any] = config if isinstance(config, Mapping) else {}
        self.kind: StepKind | None = all_kinds().get(str(self.before.get("kind")))
        self.shapes: tuple[Shape, ...] = shapes_of(self.kind.Config) if self.kind else ()
        permission = self.kind.permission if self.kind else None
        is_barred = permission is not None and not around.actor.may(permission)
        #: The fields that whoever writes may read and not change.
        self.locked = self.kind.permission_fields if self.kind and is_barred else frozenset[str]()
        super().__init__(around=around, name=name, data=data)
        if self.kind is not None and self.kind.listens:
            config = self._after.get("config")
            event = config.get("event") if isinstance(config, Mapping) else None
            self.offered.event = event if isinstance(event, str) and "{{" not in event else ""

    def node_data(self) -> dict[str, Any]:
        """The node's `data`, as the form says it: what nobody touched, and what has no place here, as it was."""
        return dict(self._after)

    def _stored(self) -> Any:
        return self.config

    def _write(self, posted: Posted) -> None:
        for shape in self.shapes:
            input_of(shape).write(posted, self._place(shape), self.config.get(shape.key, ABSENT))
        for shape in (LABEL, *HANDLING):
            input_of(shape).write(posted, self._place(shape), self.before.get(shape.key, ABSENT))

    def _read(self) -> None:
        config = dict(self.config)
        for shape in self.shapes:
            if shape.key not in self.locked:
                self._take(config, shape, f"config.{shape.key}", self.config.get(shape.key, ABSENT))
        after = dict(self.before)
        for shape in (LABEL, *HANDLING):
            self._take(after, shape, shape.key, self.before.get(shape.key, ABSENT))
        is_changed = not same(config, self.config)
        if is_changed or "config" in self.before:
            after["config"] = config if is_changed else self.before["config"]
        self._after = after
        step_type = self.kind.step_type if self.kind else "action"
        self.findings = findings_of(after, step_type).placed(self.posted.places.values())

    def _take(self, document: dict[str, Any], shape: Shape, path: str, before: Any) -> None:
        value = input_of(shape).read(self.posted, self._place(shape), path, before)
        if value is ABSENT:
            document.pop(shape.key, None)
        else:
            document[shape.key] = value

    def _place(self, shape: Shape) -> str:
        return f"{self.name}-{shape.key}"

    @cached_property
    def _drawn(self) -> tuple[list[Shown], list[Shown]]:
        plain, more = show_parts(self.shapes, self.desk, self.name, self.config)
        for shown in (*plain, *more):
            if shown.name.removeprefix(f"{self.name}-") in self.locked:
                shown.template = "locked"
        return plain, more

    @property
    def parts(self) -> list[Shown]:
        """The places that most steps of the kind need."""
        return self._drawn[0]

    @property
    def more(self) -> list[Shown]:
        """Those that few need: folded away unless something in them is wrong."""
        return self._drawn[1]

    @cached_property
    def label_place(self) -> Shown:
        """What the step is called."""
        shown = input_of(LABEL).show(self.desk, self._place(LABEL), self.before.get("label", ABSENT))
        shown.placeholder = self.kind.label if self.kind else ""
        return shown

    @cached_property
    def handling(self) -> list[Shown]:
        """What happens when it fails."""
        return show_parts(HANDLING, self.desk, self.name, self.before)[0]

    @property
    def handles_failure(self) -> bool:
        """Whether it says anything about its failures, or says it wrongly."""
        return any(self.before.get(shape.key) is not None for shape in HANDLING) or any(
            shown.is_wrong for shown in self.handling
        )

    @property
    def is_more_open(self) -> bool:
        """Whether what is folded away says something, or holds something wrong."""
        return any(shown.is_wrong or shown.is_said for shown in self.more)


def step_form(
    *, around: Around, node_data: Mapping[str, Any], data: QueryDict | None = None, prefix: str = ""
) -> StepForm:
    """The form of the step whose `data` is `node_data`; with `data`, as somebody filled it in."""
    return StepForm(around=around, node_data=node_data, data=data, name=f"{prefix}-{NAME}" if prefix else NAME)
