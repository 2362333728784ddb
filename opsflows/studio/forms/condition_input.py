"""A condition in a form: rows of field, comparison and value, in groups that may stand in one another."""

from collections.abc import Mapping
from typing import Any

from opsflows.rules.conditions.named import SEGMENT
from opsflows.rules.conditions.tree import MAX_DEPTH, MAX_LEAVES
from opsflows.studio.forms.comparisons import (
    bare_field,
    named_kind,
    takes_value,
    value_of,
    value_text,
)
from opsflows.studio.forms.condition_drawing import Drawing
from opsflows.studio.forms.condition_tree import (
    AND,
    LOGICS,
    ROOT,
    Place,
    by_id,
    child_path,
    is_shown,
    places,
    rebuilt,
)
from opsflows.studio.forms.input_of import shows
from opsflows.studio.forms.inputs import Input, lines
from opsflows.studio.forms.masks import holds_mask, masked
from opsflows.studio.forms.posted import Posted
from opsflows.studio.forms.same import same
from opsflows.studio.forms.shapes import ABSENT
from opsflows.studio.forms.shown import Desk, Shown
from opsflows.workflows import field_looks as looks


@shows(looks.CONDITION)
class ConditionInput(Input):
    """The whole of a condition."""

    def fits(self, value: Any) -> bool:
        return value is None or is_shown(value)

    def write(self, posted: Posted, name: str, value: Any) -> None:
        shown = self.shown_of(value)
        if not self.fits(shown):
            return
        posted.put(name, "")
        for id_, place in by_id(places(shown)):
            if place.is_group:
                posted.put(f"{name}-{id_}-logic", place.logic)
                posted.put_rows(f"{name}-{id_}-in", [child.id for child in place.children])
            else:
                _write_leaf(posted, f"{name}-{id_}", place.written)

    def read(self, posted: Posted, name: str, path: str, before: Any) -> Any:
        posted.at(path, name)
        if not self.fits(self.shown_of(before)):
            return ABSENT if posted.text(f"{name}-drop") else before
        root = f"{name}-{ROOT}-in"
        if not posted.has(root):
            return before
        known = dict(by_id(places(self.shown_of(before))))
        found = _Reading(posted, name, known).group(ROOT, path, 1)
        if found is _NOTHING:
            return before if not known[ROOT].children else ABSENT
        return before if same(found, self.shown_of(before)) else found

    def draw(self, desk: Desk, name: str, before: Any) -> Shown:
        shown = desk.shown("condition", self.shape, name)
        shown.tree = Drawing(desk, name).group(ROOT, "", 1)
        return shown


_NOTHING: Any = object()


class _Reading:
    def __init__(self, posted: Posted, name: str, known: Mapping[str, Place]) -> None:
        self.posted, self.name, self.known = posted, name, known
        self.seen: set[str] = set()

    def group(self, id_: str, path: str, depth: int) -> Any:
        """The group; `_NOTHING` where nothing stands in it."""
        if depth > MAX_DEPTH:
            self.posted.refuse(self.name, f"Groups may stand in one another {MAX_DEPTH} deep at most.")
            return _NOTHING
        place = self.known.get(id_)
        stem = f"{self.name}-{id_}"
        self.posted.at(path, stem)
        logic = self.posted.text(f"{stem}-logic") or (place.logic if place else AND)
        if logic not in dict(LOGICS):
            self.posted.refuse(f"{stem}-logic", "Choose one of those that are offered.")
            logic = AND
        ids = [each for each in self.posted.rows(f"{stem}-in") if each not in self.seen][:MAX_LEAVES]
        self.seen.update(ids)
        children: list[Any] = []
        filled = [each for each in ids if self._says(each)]
        for each in filled:
            below = child_path(place, path, logic, len(children), len(filled))
            inner = self.group(each, below, depth + 1) if self._is_group(each) else self.leaf(each, below)
            if inner is not _NOTHING:
                children.append(inner)
        if not children:
            return place.written if self._was_empty(id_) and place is not None else _NOTHING
        return rebuilt(place, logic, children)

    def leaf(self, id_: str, path: str) -> Any:
        place, posted, stem = self.known.get(id_), self.posted, f"{self.name}-{id_}"
        was: dict[str, Any] = dict(place.written) if place is not None else {}
        for key in ("field", "operator", "value"):
            posted.at(f"{path}.{key}", f"{stem}-{key}")
        posted.at(path, stem)
        texts = Posted()
        _write_leaf(texts, stem, was)
        leaf = dict(was)
        operator = posted.text(f"{stem}-operator") if posted.has(f"{stem}-operator") else str(was.get("operator") or "")
        if operator != str(was.get("operator") or ""):
            leaf["operator"] = operator
        self._field(leaf, was, stem, operator)
        self._value(leaf, stem, operator, texts)
        # In the order in which people write them.
        order = [key for key in ("field", "operator", "value") if key in leaf]
        return leaf if place is not None else {key: leaf[key] for key in order}

    def _field(self, leaf: dict[str, Any], was: Mapping[str, Any], stem: str, operator: str) -> None:
        if not self.posted.has(f"{stem}-field"):
            return
        text = self.posted.text(f"{stem}-field")
        if text == str(was.get("field") or ""):
            return
        if text.strip() or named_kind(operator) != SEGMENT:
            leaf["field"] = bare_field(text)
        else:
            leaf.pop("field", None)

    def _value(self, leaf: dict[str, Any], stem: str, operator: str, was: Posted) -> None:
        if not takes_value(operator):
            if operator != was.text(f"{stem}-operator"):
                leaf.pop("value", None)
            return
        names = [f"{stem}-operator", f"{stem}-value", f"{stem}-compare"]
        text = self.posted.text(f"{stem}-value")
        is_same = all(not self.posted.has(name) or self.posted.text(name) == lines(was.text(name)) for name in names)
        is_hidden = is_same and not self.posted.is_stale and self._stays_hidden(leaf, stem, text)
        if holds_mask(text) and not is_hidden:
            self.posted.refuse_hidden(f"{stem}-value")
            return
        if is_same:
            return
        is_field = self.posted.text(f"{stem}-compare") == "field" and not named_kind(operator)
        if text.strip():
            leaf["value"] = value_of(operator, text, is_field=is_field)
        elif operator in ("equals", "not_equals") and text == was.text(f"{stem}-value") and "value" in leaf:
            return
        else:
            leaf["value"] = ""

    def _stays_hidden(self, leaf: Mapping[str, Any], stem: str, text: str) -> bool:
        """Whether the same value is hidden beside the field that is named now as well."""
        again = Posted()
        _write_leaf(again, stem, leaf)
        return again.text(f"{stem}-value") == text

    def _says(self, id_: str) -> bool:
        """Whether anything is filled in: a row that was only just added says nothing yet."""
        stem = f"{self.name}-{id_}"
        if self._is_group(id_):
            return self._group_says(id_)
        texts = self.posted.text(f"{stem}-field"), self.posted.text(f"{stem}-value")
        place = self.known.get(id_)
        if place is not None and not self.posted.has(f"{stem}-operator"):
            return True
        if place is not None and not any(texts):
            return not any(key in place.written and place.written[key] for key in ("field", "value"))
        return any(text.strip() for text in texts)

    def _group_says(self, id_: str) -> bool:
        if self._was_empty(id_):
            return True
        waiting, asked = [id_], set[str]()
        while waiting:
            inside = self.posted.rows(f"{self.name}-{waiting.pop()}-in")
            # Nobody's browser sends a group that stands in itself.
            new = [each for each in inside if each not in asked and each not in self.seen]
            asked.update(new)
            if any(not self._is_group(each) and self._says(each) for each in new):
                return True
            waiting += [each for each in new if self._is_group(each)]
        return False

    def _was_empty(self, id_: str) -> bool:
        """Whether it is a group in which nothing was written, which only whoever wrote it can mend."""
        place = self.known.get(id_)
        return id_ != ROOT and place is not None and place.is_group and not place.children

    def _is_group(self, id_: str) -> bool:
        return self.posted.has(f"{self.name}-{id_}-in")


def _write_leaf(posted: Posted, stem: str, leaf: Mapping[str, Any]) -> None:
    operator = str(leaf.get("operator") or "")
    is_field, text = value_text(operator, leaf.get("value"))
    text = text if is_field else masked(text, str(leaf.get("field") or ""))
    posted.put(f"{stem}-field", str(leaf.get("field") or ""))
    posted.put(f"{stem}-operator", operator)
    posted.put(f"{stem}-value", text)
    posted.put(f"{stem}-compare", "field" if is_field else "")
