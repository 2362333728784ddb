"""One level of a policy as a block of form fields."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.utils import ErrorDict

from opsflows.admin_site import fields
from opsflows.approvals.plan import PlanLevel
from opsflows.lookups.admin.cells import Cell, CellsField
from opsflows.lookups.admin.segment_form import COMPARISONS, JOINS, as_rows, leaf_of
from opsflows.workflows.admin.sentence import Clause, in_words

_NUMBER = "number"
_MODES = (("one", "One of them is enough"), ("all", "All of them"), (_NUMBER, "So many of them"))
_ENDS = (
    ("expire", "The request expires"),
    ("approve", "The level counts as approved"),
    ("reject", "The request is rejected"),
    ("escalate", "Others are asked"),
)
_ALWAYS = ("", "Always")
WHO_HELP = (
    "One to a line: a person's name, a team, a recipient, role:admin, manager (of whoever asks), an email address, or "
    "a variable that names somebody, such as {{ownerEmail}}."
)
_WHEN_HELP = (
    "A field of the event or the form, such as amount, or of the request: request.amount. Several values (is one of, "
    "is between) stand with commas between. Empty a row to take it away."
)
_DURATION_HELP = "Such as 48 hours, or 2 business days by the account's calendar. Empty: {}"
_DEADLINE = ("timeout", "onTimeout", "escalateTo", "remindEvery")
#: Whatever of these is filled in makes a block a level.
_SAYS = ("name", "approvers", "timeout", "escalateTo", "remindEvery")


_PARTS = (
    ("Only if", "asked for some requests only", ("drop", "join", "when")),
    ("Deadline and reminders", "how long it waits, and what then", _DEADLINE),
)
#: Fields that open their part; the others of a part always say something.
_TELLING = frozenset({"when", "timeout", "escalateTo", "remindEvery"})


@dataclass(frozen=True, slots=True)
class Part:
    """Some fields under a heading."""

    title: str
    summary: str
    fields: list[forms.BoundField]
    is_open: bool


class QuietForm(forms.Form):
    """A form that, while `is_quiet`, is shown again as it was filled in: neither judged nor valid."""

    is_quiet = False

    def full_clean(self) -> None:
        if self.is_quiet:
            self._errors, self.cleaned_data = ErrorDict(), {}
            return
        super().full_clean()

    def is_valid(self) -> bool:
        return not self.is_quiet and super().is_valid()


class LevelForm(QuietForm):
    """A level that is there (`level`), or an empty block for another one; `document` is what the plan then holds."""

    def __init__(
        self, *, prefix: str, position: int, level: PlanLevel | None = None, data: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(data, prefix=prefix)
        shown = level or PlanLevel(approvers=[])
        self.level, self.position = level, position
        self._add_who(shown, position)
        self._add_when(shown)
        self._add_deadline(shown)
        if level is not None:
            self.fields["remove"] = fields.switch("Take this level away")

    @property
    def is_blank(self) -> bool:
        """Whether nobody filled anything in: a block that stands there for another level."""
        rows = self["when"].value() if "when" in self.fields else True
        return not rows and not any(str(self[name].value() or "").strip() for name in _SAYS)

    @property
    def is_removed(self) -> bool:
        return bool(self.cleaned_data.get("remove"))

    @property
    def kept_condition(self) -> Clause | None:
        """A condition that rows cannot show, in words."""
        return in_words(self.level.when) if self.level is not None and "drop" in self.fields else None

    @property
    def heading(self) -> str:
        """What the block is called on the page."""
        return (self.level.name if self.level else "") or f"Level {self.position}"

    @property
    def people(self) -> list[forms.BoundField]:
        """Who is asked: what every level has."""
        return [self[name] for name in ("name", "position", "approvers", "mode", "number", "together")]

    def parts(self) -> Iterator[Part]:
        """The other fields, which many levels do without; folded until they say something."""
        for title, summary, names in _PARTS:
            found = [self[name] for name in names if name in self.fields]
            says = self.kept_condition is not None if "when" in names else False
            filled = any(self[name].value() for name in names if name in _TELLING and name in self.fields)
            is_open = says or filled or any(name in self.errors for name in names)
            yield Part(title, summary, found, is_open)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = dict(super().clean() or {})
        if data.get("mode") == _NUMBER and "number" in data and not data["number"]:
            self.add_error("number", "Say how many of them have to approve.")
        if data.get("when") and not data.get("join"):
            self.add_error("join", "Choose whether all of the comparisons have to hold, or one; or empty their rows.")
        return data

    def document(self, *, is_first: bool) -> dict[str, Any]:
        """The level as plan.py describes it."""
        data = self.cleaned_data
        return {
            "name": data["name"],
            "approvers": _lines(data["approvers"]),
            "mode": str(data["number"]) if data["mode"] == _NUMBER else data["mode"],
            "when": self._condition(),
            "timeout": data["timeout"],
            "onTimeout": data["onTimeout"],
            "escalateTo": _lines(data["escalateTo"]),
            "remindEvery": data["remindEvery"],
            "together": data["together"] and not is_first,
        }

    def _condition(self) -> Any:
        data = self.cleaned_data
        if "drop" in self.fields:
            return None if data["drop"] or self.level is None else self.level.when
        if not data["when"]:
            return None
        return {"logic": data["join"], "rules": [leaf_of(*row) for row in data["when"]]}

    def _add_who(self, level: PlanLevel, position: int) -> None:
        is_open = level.mode in ("one", "all")
        self.fields["name"] = fields.text(
            "Name", max_length=100, required=False, initial=level.name, help_text="Such as Finance."
        )
        self.fields["position"] = fields.number(
            "Place", min_value=1, max_value=99, initial=position, help_text="Levels are asked in this order."
        )
        self.fields["approvers"] = fields.prose(
            "Who is asked", rows=3, required=False, initial="\n".join(level.approvers), help_text=WHO_HELP
        )
        self.fields["mode"] = fields.choice("Who has to approve", _MODES, initial=level.mode if is_open else _NUMBER)
        self.fields["number"] = fields.number(
            "How many", min_value=1, max_value=50, required=False, initial=None if is_open else level.mode
        )
        self.fields["number"].help_text = "Only for “So many of them”."
        self.fields["together"] = fields.switch("At the same time as the level before", initial=level.together)

    def _add_when(self, level: PlanLevel) -> None:
        join, rows = _shown(level.when) or (None, [])
        if join is None:
            # What a program wrote stays as it is, unless it is taken away.
            self.fields["drop"] = fields.switch("Take this condition away: the level is always asked")
            return
        self.fields["join"] = fields.choice("Asked", [_ALWAYS, *_joins()], required=False, initial=join)
        self.fields["when"] = CellsField(
            [Cell("field", "Field"), Cell("operator", "Comparison", COMPARISONS), Cell("value", "Value")],
            spare=2,
            stacked=True,
            label="Comparisons",
            required=False,
            initial=rows,
            help_text=_WHEN_HELP,
        )

    def _add_deadline(self, level: PlanLevel) -> None:
        self.fields["timeout"] = fields.text(
            "To be answered within",
            max_length=60,
            required=False,
            initial=level.timeout,
            help_text=_DURATION_HELP.format("there is no deadline."),
        )
        self.fields["onTimeout"] = fields.choice("Otherwise", _ENDS, initial=level.onTimeout)
        self.fields["escalateTo"] = fields.prose(
            "Others who are asked then",
            rows=2,
            required=False,
            initial="\n".join(level.escalateTo),
            help_text="As above. They also come in where somebody who is named cannot be asked.",
        )
        self.fields["remindEvery"] = fields.text(
            "Remind every",
            max_length=60,
            required=False,
            initial=level.remindEvery,
            help_text=_DURATION_HELP.format("nobody is reminded."),
        )


def _shown(when: Any) -> tuple[str, list[Any]] | None:
    """How a condition stands in the form; None where rows cannot show it."""
    if when is None:
        return "", []
    if isinstance(when, Mapping) and "operator" in when:
        when = {"logic": "AND", "rules": [when]}
    found = as_rows(when)
    return found if found is None or found[1] else ("", [])


def _joins() -> list[tuple[str, str]]:
    return [(name, f"Only if {label[0].lower()}{label[1:]}".removesuffix(".")) for name, label in JOINS]


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
