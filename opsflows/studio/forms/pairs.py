"""Names with values: flat, or with dots in the names that go deeper into an object."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from opsflows.rules.text import to_text
from opsflows.studio.forms import offered
from opsflows.studio.forms.documents import LONGEST_NAME, MOST, Keys, Leaf, copy, leaves, put, split, take_out
from opsflows.studio.forms.input_of import shows
from opsflows.studio.forms.inputs import Input, lines
from opsflows.studio.forms.masks import holds_mask, masked
from opsflows.studio.forms.posted import MOST_ROWS, Posted, fresh_id
from opsflows.studio.forms.shapes import ABSENT
from opsflows.studio.forms.shown import Desk, Row, Shown
from opsflows.studio.forms.typed import is_plain, typed, written
from opsflows.workflows import field_looks as looks


@dataclass(slots=True)
class _Differences:
    """What rows say that the document did not."""

    changed: list[tuple[Keys, Any]] = field(default_factory=list)
    gone: list[Leaf] = field(default_factory=list)
    new: list[tuple[Keys, Any]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.changed or self.gone or self.new)


@shows(looks.PAIRS, looks.DOCUMENT)
class PairsInput(Input):
    """Rows of a name and a value. What no row can show stays as it is."""

    @property
    def is_deep(self) -> bool:
        return self.shape.look == looks.DOCUMENT

    def fits(self, value: Any) -> bool:
        return value is None or isinstance(value, Mapping)

    def leaves(self, value: Any) -> list[Leaf]:
        """What of `value` gets rows."""
        document = self.shown_of(value)
        return leaves(document, deep=self.is_deep) if isinstance(document, Mapping) else []

    def write(self, posted: Posted, name: str, value: Any) -> None:
        if not self.fits(self.shown_of(value)):
            return
        leaves = self.leaves(value)
        posted.put_rows(name, map(str, range(len(leaves))))
        for number, leaf in enumerate(leaves):
            posted.put(f"{name}-{number}-name", leaf.name)
            posted.put(f"{name}-{number}-value", self._written(leaf))

    def read(self, posted: Posted, name: str, path: str, before: Any) -> Any:
        posted.at(path, name)
        if not self.fits(self.shown_of(before)):
            return ABSENT if posted.text(f"{name}-drop") else before
        if not posted.has(name):
            return before
        known = {str(number): leaf for number, leaf in enumerate(self.leaves(before))}
        found = self._differences(posted, name, path, known)
        if not found:
            return before
        base = self.shown_of(before)
        document: dict[str, Any] = copy(base) if isinstance(base, Mapping) else {}
        for keys, value in found.changed:
            put(document, keys, value)
        # From the end, so that the entries of a list keep their numbers until it is their turn.
        for leaf in reversed([leaf for leaf in known.values() if leaf in found.gone]):
            take_out(document, leaf.keys)
        for keys, value in found.new:
            put(document, keys, value)
        return document or ABSENT

    def _differences(self, posted: Posted, name: str, path: str, known: Mapping[str, Leaf]) -> "_Differences":
        found, seen = _Differences(), set[str]()
        ids = posted.rows(name)
        for row in ids:
            key, text = posted.text(f"{name}-{row}-name"), posted.text(f"{name}-{row}-value")
            leaf = known.get(row)
            if leaf is not None and not posted.has(f"{name}-{row}-name"):
                continue
            is_same = leaf is not None and text == lines(self._written(leaf))
            if leaf is None or key != leaf.name:
                key = key.strip()
            posted.at(f"{path}.{key}", f"{name}-{row}-value")
            if not key and not text.strip():
                found.gone += [leaf] if leaf is not None else []
            elif not key or len(key) > LONGEST_NAME:
                posted.refuse(f"{name}-{row}-name", "Every value needs a name; empty both fields to take the row away.")
            elif (posted.is_stale or not is_same) and holds_mask(text):
                posted.refuse_hidden(f"{name}-{row}-value")
            elif key in seen:
                posted.refuse(f"{name}-{row}-name", f"The name “{key}” stands here twice.")
            elif leaf is None:
                found.new.append((self._keys(key), self._typed(text)))
            elif key != leaf.name and is_same and holds_mask(text) and self._written(replace(leaf, name=key)) != text:
                # Under a harmless name the page would show what was hidden.
                posted.refuse_hidden(f"{name}-{row}-value")
            elif key != leaf.name:
                found.gone.append(leaf)
                found.new.append((self._keys(key), leaf.value if is_same else self._typed(text)))
            elif not is_same:
                found.changed.append((leaf.keys, self._typed(text)))
            seen.add(key)
        found.gone += [leaf for row, leaf in known.items() if row not in ids]
        return found

    def draw(self, desk: Desk, name: str, before: Any) -> Shown:
        posted = desk.posted
        ids = posted.rows(name)
        spare = [fresh_id(ids)] if len(ids) < MOST_ROWS else []
        shown = desk.shown("pairs", self.shape, name, kept=self._kept(before))
        named = replace(self.shape, title="Name", help="", is_required=False)
        valued = replace(self.shape, title="Value", help="", is_required=False)
        suggestions = desk.offered.suggest(offered.VARIABLES)
        for at, row in enumerate([*ids, *spare], 1):
            text = posted.text(f"{name}-{row}-value")
            parts = [
                desk.shown(
                    "line", named, f"{name}-{row}-name", value=posted.text(f"{name}-{row}-name"), placeholder="Name"
                ),
                desk.shown(
                    "area" if "\n" in text else "line",
                    valued,
                    f"{name}-{row}-value",
                    value=text,
                    offers=suggestions,
                    placeholder="Value",
                ),
            ]
            is_new = posted.added == f"{name}-{row}"
            shown.rows.append(Row(row, at, name, parts, [], is_new=is_new, is_spare=row in spare))
        return shown

    def _kept(self, before: Any) -> str:
        document = self.shown_of(before)
        if not isinstance(document, Mapping):
            return ""
        count = len(leaves(document, deep=self.is_deep))
        inside = {str(leaf.keys[0]) for leaf in leaves(document, deep=self.is_deep)}
        hidden = [str(key) for key, value in document.items() if str(key) not in inside and not is_plain(value)]
        if hidden:
            return f"Kept as they are, because rows cannot show them: {', '.join(hidden[:5])}."
        return f"Only the first {MOST} have rows; the rest is kept." if count >= MOST else ""

    def _written(self, leaf: Leaf) -> str:
        return masked(to_text(leaf.value) if self.shape.is_text else written(leaf.value), leaf.name)

    def _typed(self, text: str) -> Any:
        return text if self.shape.is_text else typed(text)

    def _keys(self, name: str) -> Keys:
        return split(name) if self.is_deep else (name,)
