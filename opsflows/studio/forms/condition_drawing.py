"""A condition as it is drawn: its groups and rows, with what may be chosen in each place."""

from dataclasses import dataclass, field
from typing import Any

from opsflows.rules.conditions.named import LIST, SEGMENT
from opsflows.rules.conditions.tree import MAX_DEPTH
from opsflows.studio.forms import offered
from opsflows.studio.forms.comparisons import FITTING, WORDS, hint, named_kind, takes_value
from opsflows.studio.forms.condition_tree import AND, LOGICS
from opsflows.studio.forms.inputs import chosen
from opsflows.studio.forms.shown import Desk, Shown

_SUGGESTED = {SEGMENT: offered.SEGMENTS, LIST: offered.NAMED_LISTS}
_DATES = frozenset({"before", "after"})


@dataclass(slots=True)
class Group:
    """A group as it is drawn. `target` is what its buttons name, `inside` and `id` where it stands itself."""

    id: str
    target: str
    logic: Shown
    depth: int
    inside: str = ""
    errors: list[str] = field(default_factory=list)
    children: "list[Group | Comparison]" = field(default_factory=list)
    may_nest: bool = True

    is_group = True


@dataclass(slots=True)
class Comparison:
    """A comparison as it is drawn; `operators` under headings where the field's type says which fit."""

    id: str
    inside: str
    number: int
    field: Shown
    operator: Shown
    operators: list[tuple[str, list[tuple[str, str, bool]]]]
    value: Shown | None
    compare: Shown | None
    #: The field's kind, by which a new row notices that another was named.
    kind: str = ""
    needs_field: bool = True
    is_new: bool = False
    is_first: bool = False
    is_last: bool = False

    is_group = False

    @property
    def kind_name(self) -> str:
        return f"{self.field.name.removesuffix('-field')}-kind"

    @property
    def places(self) -> list[Shown]:
        """What may have something wrong with it."""
        return [place for place in (self.field, self.operator, self.value) if place is not None]


class Drawing:
    """Draws a condition from its texts."""

    def __init__(self, desk: Desk, name: str) -> None:
        self.desk, self.name = desk, name
        self.kinds = dict(desk.offered.choices(offered.KINDS))
        self.count = 0
        self.seen: set[str] = set()

    def group(self, id_: str, inside: str, depth: int) -> Group:
        """A group with all that stands in it; `inside` is the list in which it stands itself."""
        stem = f"{self.name}-{id_}"
        posted = self.desk.posted
        logic = posted.text(f"{stem}-logic") or AND
        select = Shown("select", f"{stem}-logic", "It holds if", choices=chosen(logic, LOGICS, None))
        select.errors = posted.wrong.get(f"{stem}-logic", ())
        # What is wrong with the whole is said above it.
        errors = self._errors(stem) if inside else []
        group = Group(id_, f"{stem}-in", select, depth, inside, errors, may_nest=depth < MAX_DEPTH - 1)
        ids = [each for each in posted.rows(f"{stem}-in") if each not in self.seen]
        self.seen.update(ids)
        for at, each in enumerate(ids):
            if posted.has(f"{self.name}-{each}-in") and depth < MAX_DEPTH:
                group.children.append(self.group(each, f"{stem}-in", depth + 1))
            else:
                comparison = self.leaf(each, f"{stem}-in")
                comparison.is_first, comparison.is_last = at == 0, at == len(ids) - 1
                group.children.append(comparison)
        return group

    def leaf(self, id_: str, inside: str) -> Comparison:
        """One row."""
        self.count += 1
        stem, posted, number = f"{self.name}-{id_}", self.desk.posted, self.count
        text = posted.text(f"{stem}-field")
        kind = self.kinds.get(text.strip(), "")
        fitting = FITTING.get(kind, ())
        operator = posted.text(f"{stem}-operator") if posted.has(f"{stem}-operator") else "equals"
        is_blank = not posted.text(f"{stem}-value").strip()
        if fitting and is_blank and id_.startswith("n") and kind != posted.text(f"{stem}-kind"):
            # Somebody just named the field of a new row: what fits it best comes first.
            operator = fitting[0]
        names = self._place(stem, "field", f"Field {number}", value=text, offers=offered.PATHS)
        choice = self._place(stem, "operator", f"Comparison {number}", value=operator)
        value, compare = self._value(stem, operator, number, kind)
        return Comparison(
            id_,
            inside,
            number,
            names,
            choice,
            _operators(operator, fitting),
            value,
            compare,
            kind=kind,
            needs_field=named_kind(operator) != SEGMENT,
            is_new=posted.added == stem,
        )

    def _value(self, stem: str, operator: str, number: int, kind: str) -> tuple[Shown | None, Shown | None]:
        if not takes_value(operator):
            return None, None
        named = named_kind(operator)
        is_field = self.desk.posted.text(f"{stem}-compare") == "field" and not named
        wanted = _SUGGESTED.get(named) or (offered.PATHS if is_field else offered.DATES if operator in _DATES else "")
        label = {SEGMENT: "Segment", LIST: "List"}.get(named, "Field" if is_field else "Value")
        value = self._place(
            stem, "value", f"{label} {number}", value=self.desk.posted.text(f"{stem}-value"), offers=wanted
        )
        # A line holds no line ends.
        value.template = "area" if "\n" in value.value else "line"
        value.placeholder = "" if is_field else hint(operator)
        value.mode = "decimal" if kind == "number" and not is_field and "," not in hint(operator) else "text"
        if named or operator in ("in", "not_in", "between"):
            return value, None
        known = (("", "the value"), ("field", "the field"))
        compare = self._place(stem, "compare", f"Compare {number} with")
        compare.choices = chosen("field" if is_field else "", known, None)
        return value, compare

    def _place(self, stem: str, key: str, label: str, *, value: str = "", offers: str = "") -> Shown:
        name = f"{stem}-{key}"
        shown = Shown("line", name, label, value=value)
        shown.offers = self.desk.offered.suggest(offers) if offers else ""
        shown.errors = self._errors(name) + (self._errors(stem) if key == "field" else [])
        return shown

    def _errors(self, name: str) -> list[str]:
        posted, place = self.desk.posted, self.desk.posted.places.get(name, "")
        said = [*posted.wrong.get(name, ()), *self.desk.broken.get(place, ()), *self.desk.unfinished.get(place, ())]
        return [f"{each[:1].upper()}{each[1:]}" for each in said]


def _operators(operator: str, fitting: tuple[str, ...]) -> list[tuple[str, list[tuple[str, str, bool]]]]:
    def options(names: Any) -> list[tuple[str, str, bool]]:
        return [(name, WORDS.get(name, name) or "Choose …", name == operator) for name in names]

    strange = [] if operator in WORDS else [operator]
    if not fitting:
        return [("", options([*strange, *WORDS]))]
    others = [name for name in WORDS if name not in fitting]
    return [("", options([*strange, *fitting])), ("Others", options(others))]
