"""What a template needs to draw one place of a form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from opsflows.studio.forms.offered import Offered
from opsflows.studio.forms.posted import Posted
from opsflows.studio.forms.shapes import Shape

_HOLDING = frozenset({"condition", "content", "pairs", "part", "rows", "texts"})


@dataclass(slots=True)
class Row:
    """One row of a list. `at` is its number, `target` and `id` what its buttons name."""

    id: str
    at: int
    target: str
    parts: "list[Shown]"
    more: "list[Shown]"
    is_first: bool = False
    is_last: bool = False
    is_new: bool = False
    kept: str = ""
    #: An empty one that stands ready for more.
    is_spare: bool = False
    errors: Sequence[str] = ()
    hints: Sequence[str] = ()

    @property
    def is_more_open(self) -> bool:
        """Whether what is folded away holds something wrong, or says something."""
        return any(part.is_wrong or part.is_said for part in self.more)


@dataclass(slots=True)
class Shown:
    """One place: a field, or what holds several. `template` is the file below studio/forms/parts/."""

    template: str
    name: str
    label: str
    help: str = ""
    value: str = ""
    is_required: bool = False
    is_new: bool = False
    #: Whether the config says something here that does not go without saying.
    is_said: bool = False
    #: Value, label, whether it is chosen.
    choices: Sequence[tuple[str, str, bool]] = ()
    #: The id of the list of suggestions.
    offers: str = ""
    mode: str = "text"
    placeholder: str = ""
    errors: Sequence[str] = ()
    hints: Sequence[str] = ()
    kept: str = ""
    parts: "list[Shown]" = field(default_factory=list)
    more: "list[Shown]" = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    #: Of a condition: its outermost group.
    tree: Any = None

    @property
    def is_holding(self) -> bool:
        """Whether it holds other places, and so is a group of them and no field of its own."""
        return self.template in _HOLDING

    @property
    def id(self) -> str:
        return f"id_{self.name}".replace(".", "_")

    @property
    def describes(self) -> str:
        """The ids of what says more about it, for those who hear the page."""
        said = [("help", self.help), ("errors", self.errors), ("hints", self.hints)]
        return " ".join(f"{self.id}_{name}" for name, text in said if text)

    @property
    def is_wrong(self) -> bool:
        """Whether something in it is wrong, so that it must not be folded away."""
        inside = [*self.parts, *self.more, *(part for row in self.rows for part in (*row.parts, *row.more))]
        return bool(self.errors) or any(part.is_wrong for part in inside)


@dataclass(slots=True)
class Desk:
    """What is drawn from: the texts, what may be chosen, and what there is to say about places of the config."""

    posted: Posted
    offered: Offered
    broken: Mapping[str, Sequence[str]] = field(default_factory=dict)
    unfinished: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def shown(self, template: str, shape: Shape, name: str, **more: object) -> Shown:
        """The place `name` with its label, its help, and what is wrong with it."""
        errors, hints = self.said(name)
        return Shown(
            template,
            name,
            shape.title,
            help=shape.help,
            is_required=shape.is_required,
            is_new=bool(self.posted.added) and self.posted.added == name,
            errors=errors,
            hints=hints,
            **more,  # type: ignore[arg-type]
        )

    def said(self, name: str) -> tuple[Sequence[str], Sequence[str]]:
        """What is wrong with the place, and what is not finished there."""
        place = self.posted.places.get(name, "")
        broken = self.broken.get(place, ()) if place else ()
        return [*self.posted.wrong.get(name, ()), *broken], self.unfinished.get(place, ()) if place else ()
