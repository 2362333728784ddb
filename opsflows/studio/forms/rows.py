"""Lists in a form: of texts, and of objects that each have their own small form; and one object by itself."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from opsflows.rules.text import to_text
from opsflows.studio.forms import offered
from opsflows.studio.forms.input_of import input_of, shows
from opsflows.studio.forms.inputs import Input, chosen, kept_words, lines
from opsflows.studio.forms.masks import holds_mask, masked
from opsflows.studio.forms.posted import MOST_ROWS, Posted, fresh_id
from opsflows.studio.forms.same import same
from opsflows.studio.forms.shapes import ABSENT, Shape
from opsflows.studio.forms.shown import Desk, Row, Shown
from opsflows.studio.forms.typed import is_plain, typed, written
from opsflows.workflows import field_looks as looks


@shows(looks.TEXTS, looks.PEOPLE)
class TextsInput(Input):
    """A list of texts, or of plain values."""

    def fits(self, value: Any) -> bool:
        return value is None or isinstance(value, str) or (isinstance(value, list) and len(value) <= MOST_ROWS)

    def write(self, posted: Posted, name: str, value: Any) -> None:
        entries = self._entries(value)
        if not self.fits(self.shown_of(value)):
            return
        posted.put_rows(name, map(str, range(len(entries))))
        for number, entry in enumerate(entries):
            if is_plain(entry):
                posted.put(f"{name}-{number}", self._written(entry))

    def read(self, posted: Posted, name: str, path: str, before: Any) -> Any:
        posted.at(path, name)
        if not self.fits(self.shown_of(before)):
            return ABSENT if posted.text(f"{name}-drop") else before
        if not posted.has(name):
            return before
        entries, found, changed = self._entries(before), list[Any](), False
        ids = posted.rows(name)
        for row in ids:
            old = entries[int(row)] if row.isdigit() and int(row) < len(entries) else ABSENT
            place, text = f"{name}-{row}", posted.text(f"{name}-{row}")
            posted.at(f"{path}[{len(found)}]", place)
            is_same = old is not ABSENT and (not posted.has(place) or text == lines(self._written(old)))
            if holds_mask(text) and (posted.is_stale or not is_same):
                posted.refuse_hidden(place)
            elif is_same:
                found.append(old)
            elif text.strip():
                found.append(text if self.shape.is_text else typed(text))
                changed = True
            else:
                changed = changed or old is not ABSENT
        is_moved = [row for row in ids if row.isdigit() and int(row) < len(entries)] != [*map(str, range(len(entries)))]
        if not changed and not is_moved:
            return before
        return found or ABSENT

    def draw(self, desk: Desk, name: str, before: Any) -> Shown:
        posted, entries = desk.posted, self._entries(before)
        shown = desk.shown("texts", self.shape, name)
        wanted = self.shape.look if self.shape.look != looks.TEXTS else offered.VARIABLES
        suggestions = desk.offered.suggest(wanted)
        ids = posted.rows(name)
        spare = [fresh_id(ids)] if len(ids) < MOST_ROWS else []
        for at, row in enumerate([*ids, *spare], 1):
            place = f"{name}-{row}"
            text = posted.text(place)
            part = desk.shown("area" if "\n" in text else "line", self.shape, place, value=text, offers=suggestions)
            part.help, part.is_required = "", False
            is_kept = row.isdigit() and int(row) < len(entries) and not posted.has(place)
            kept = kept_words(entries[int(row)]) if is_kept else ""
            is_new = posted.added == place
            shown.rows.append(Row(row, at, name, [part], [], kept=kept, is_new=is_new, is_spare=row in spare))
        return shown

    def _entries(self, value: Any) -> list[Any]:
        value = self.shown_of(value)
        return list(value) if isinstance(value, list) else [value] if isinstance(value, str) and value else []

    def _written(self, value: Any) -> str:
        return masked(to_text(value) if self.shape.is_text else written(value), self.shape.key)


@shows(looks.PART)
class PartInput(Input):
    """One object, drawn as its fields."""

    def fits(self, value: Any) -> bool:
        return value is None or isinstance(value, Mapping)

    def write(self, posted: Posted, name: str, value: Any) -> None:
        if self.fits(self.shown_of(value)):
            posted.put_rows(name, [])
            write_parts(self.shape.inner, posted, name, value if isinstance(value, Mapping) else {})

    def read(self, posted: Posted, name: str, path: str, before: Any) -> Any:
        posted.at(path, name)
        if not self.fits(self.shown_of(before)):
            return ABSENT if posted.text(f"{name}-drop") else before
        was = before if isinstance(before, Mapping) else {}
        found = read_parts(self.shape.inner, posted, name, path, was)
        return before if same(found, was) else found or ABSENT

    def draw(self, desk: Desk, name: str, before: Any) -> Shown:
        shown = desk.shown("part", self.shape, name)
        shown.parts, shown.more = show_parts(
            self.shape.inner, desk, name, before if isinstance(before, Mapping) else {}
        )
        return shown


@shows(looks.ROWS)
class RowsInput(Input):
    """A list of objects, each a block of fields; where they come in sorts, the sort is chosen first."""

    def fits(self, value: Any) -> bool:
        return value is None or (isinstance(value, list) and len(value) <= MOST_ROWS)

    def write(self, posted: Posted, name: str, value: Any) -> None:
        if not self.fits(self.shown_of(value)):
            return
        entries = self._entries(value)
        ids = [*map(str, range(len(entries)))]
        # Where there has to be one, it stands ready; left blank it does not count.
        posted.put_rows(name, ids or (["n0"] if self.shape.is_required and not self.shape.sorts else []))
        for number, entry in enumerate(entries):
            if isinstance(entry, Mapping):
                place = f"{name}-{number}"
                if self.shape.sorts:
                    posted.put(f"{place}-{self.shape.sort_key}", to_text(entry.get(self.shape.sort_key)))
                write_parts(self._shapes(to_text(entry.get(self.shape.sort_key))), posted, place, entry)

    def read(self, posted: Posted, name: str, path: str, before: Any) -> Any:
        posted.at(path, name)
        if not self.fits(self.shown_of(before)):
            return ABSENT if posted.text(f"{name}-drop") else before
        if not posted.has(name):
            return before
        entries, found = self._entries(before), list[Any]()
        for row in posted.rows(name):
            old = entries[int(row)] if row.isdigit() and int(row) < len(entries) else ABSENT
            if old is not ABSENT and not isinstance(old, Mapping):
                found.append(old)
                continue
            entry = self._row(posted, f"{name}-{row}", f"{path}[{len(found)}]", old if old is not ABSENT else {})
            if entry or old is not ABSENT:
                found.append(entry)
        if same(found, entries):
            return before
        return found or ABSENT

    def _row(self, posted: Posted, place: str, path: str, old: Mapping[str, Any]) -> Any:
        posted.at(path, place)
        key = self.shape.sort_key
        if not key:
            return read_parts(self.shape.inner, posted, place, path, old)
        sort = posted.text(f"{place}-{key}") if posted.has(f"{place}-{key}") else self._first_sort(old)
        if sort not in self.shape.sorts:
            if sort == to_text(old.get(key)):
                return old
            posted.refuse(f"{place}-{key}", "Choose one of those that are offered.")
            return old
        shapes = self.shape.sorts[sort]
        kept = {each.key for each in shapes}
        base = old if sort == old.get(key) else {name: value for name, value in old.items() if name in kept}
        found = read_parts(shapes, posted, place, path, base)
        return found if found.get(key) == sort else {key: sort, **found}

    def draw(self, desk: Desk, name: str, before: Any) -> Shown:
        entries, ids = self._entries(before), desk.posted.rows(name)
        shown = desk.shown("rows", self.shape, name)
        for at, row in enumerate(ids, 1):
            old = entries[int(row)] if row.isdigit() and int(row) < len(entries) else {}
            drawn = Row(row, at, name, [], [], at == 1, at == len(ids), desk.posted.added == f"{name}-{row}")
            drawn.errors, drawn.hints = desk.said(f"{name}-{row}")
            if isinstance(old, Mapping):
                drawn.parts, drawn.more = self._parts(desk, f"{name}-{row}", old)
            else:
                drawn.kept = kept_words(old)
            shown.rows.append(drawn)
        return shown

    def _parts(self, desk: Desk, place: str, old: Mapping[str, Any]) -> tuple[list[Shown], list[Shown]]:
        if not self.shape.sorts:
            return show_parts(self.shape.inner, desk, place, old)
        name = f"{place}-{self.shape.sort_key}"
        # What is stored without a sort keeps none until somebody chooses one.
        sort = desk.posted.text(name) if desk.posted.has(name) else self._first_sort(old)
        known = [(each, each.replace("_", " ").capitalize()) for each in self.shape.sorts]
        what = replace(self.shape, title="What to do", help="", is_required=False)
        select = desk.shown(
            "select", what, name, choices=chosen(sort, known, None if sort else "Choose …"), mode="refit"
        )
        parts, more = show_parts(self._shapes(sort), desk, place, old)
        return [select, *parts], more

    def _first_sort(self, old: Mapping[str, Any]) -> str:
        return to_text(old.get(self.shape.sort_key)) or next(iter(self.shape.sorts))

    def _shapes(self, sort: str) -> Sequence[Shape]:
        return self.shape.sorts.get(sort, ()) if self.shape.sorts else self.shape.inner

    def _entries(self, value: Any) -> list[Any]:
        value = self.shown_of(value)
        return list(value) if isinstance(value, list) else []


def write_parts(shapes: Sequence[Shape], posted: Posted, name: str, value: Mapping[str, Any]) -> None:
    """Write the fields of an object."""
    for shape in shapes:
        input_of(shape).write(posted, f"{name}-{shape.key}", value.get(shape.key, ABSENT))


def read_parts(
    shapes: Sequence[Shape], posted: Posted, name: str, path: str, before: Mapping[str, Any]
) -> dict[str, Any]:
    """The object with its fields as they are now; what has no field stays."""
    found = dict(before)
    for shape in shapes:
        value = input_of(shape).read(
            posted, f"{name}-{shape.key}", f"{path}.{shape.key}", before.get(shape.key, ABSENT)
        )
        if value is ABSENT:
            found.pop(shape.key, None)
        else:
            found[shape.key] = value
    return found


def show_parts(
    shapes: Sequence[Shape], desk: Desk, name: str, before: Mapping[str, Any]
) -> tuple[list[Shown], list[Shown]]:
    """The fields of an object as they are drawn: those that most need, and those that are folded away."""
    plain, more = list[Shown](), list[Shown]()
    for shape in shapes:
        place = f"{name}-{shape.key}"
        if not desk.posted.has(place):
            # A row that was just added has not been written yet.
            input_of(shape).write(desk.posted, place, before.get(shape.key, ABSENT))
        shown = input_of(shape).show(desk, place, before.get(shape.key, ABSENT))
        shown.is_said = before.get(shape.key) not in (None, "", [], {}, shape.default)
        (more if shape.is_more else plain).append(shown)
    return plain, more
