"""The fields of a request form as blocks of inputs, which are added, moved and taken out without a script."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from unfold.widgets import INPUT_CLASSES, SELECT_CLASSES, TEXTAREA_CLASSES

from opsflows.approvals.forms.checks import MAX_FIELDS, field_problems
from opsflows.approvals.forms.kinds import WITH_CHOICES, Kind

#: The button that rearranges instead of saving: `up-2`, `down-2`, `out-2`, `more-0`.
MOVE: Final = "fields-move"
_COUNT: Final = "fields-count"
_PARTS: Final = ("label", "kind", "key", "help", "choices")
_MOVE: Final = re.compile(r"(up|down|out|more)-(\d{1,3})", re.ASCII)
_PLACE: Final = re.compile(r"fields\[(\d+)\](?:\.(\w+))?")
#: What every block says, whether somebody filled it in or not.
_BLANK: Final = {"label": "", "kind": Kind.SHORT_TEXT.value, "key": "", "help": "", "choices": "", "required": False}

Block = dict[str, Any]


class FieldRowsWidget(forms.Widget):
    """A block for each field; of those that are empty nothing is kept."""

    template = "admin/opsflows/request_form_rows.html"

    def __init__(self) -> None:
        super().__init__()
        #: What is wrong, by block and part; a block's own under "".
        self.problems: dict[tuple[int, str], list[str]] = {}

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[Block]:
        text = str(data.get(_COUNT, "0"))
        count = min(int(text), MAX_FIELDS) if text.isascii() and text.isdigit() and len(text) < 4 else 0
        blocks = [self._block(data, name, number) for number in range(count)]
        return moved(blocks, str(data.get(MOVE, "")))

    def _block(self, data: Any, name: str, number: int) -> Block:
        block: Block = {part: str(data.get(f"{name}-{number}-{part}", "")) for part in _PARTS}
        return block | {"required": f"{name}-{number}-required" in data}

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return _COUNT not in data

    def id_for_label(self, id_: str) -> str:
        return f"{id_}-0-label"

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        blocks = value or [dict(_BLANK)]
        context = {
            "name": name,
            "blocks": [self._shown(block, number, len(blocks)) for number, block in enumerate(blocks)],
            "count": len(blocks),
            "is_full": len(blocks) >= MAX_FIELDS,
            "move": MOVE,
            "kinds": Kind.choices,
            "text_class": " ".join(INPUT_CLASSES),
            "select_class": " ".join(SELECT_CLASSES),
            "prose_class": " ".join(TEXTAREA_CLASSES),
        }
        return mark_safe(render_to_string(self.template, context))  # noqa: S308  (escaped by the template)

    def _shown(self, block: Block, number: int, count: int) -> Block:
        problems = {part: self.problems.get((number, part), []) for part in (*_PARTS, "")}
        return {
            **block,
            "number": number,
            "is_first": number == 0,
            "is_last": number == count - 1,
            "problems": problems | {"other": problems[""]},
        }


class FieldRowsField(forms.Field):
    """Cleaned, the fields as verbs take them."""

    widget: FieldRowsWidget

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=FieldRowsWidget(), **options)

    def clean(self, value: Any) -> list[dict[str, Any]]:
        filled = [(place, as_field(block)) for place, block in enumerate(value or []) if _says_something(block)]
        fields = [field for _, field in filled]
        problems = field_problems(fields)
        if not problems:
            return fields
        others: list[str] = []
        for problem in problems:
            found = _PLACE.fullmatch(problem.path)
            if found is None:
                others.append(problem.message)
                continue
            place = filled[int(found[1])][0]
            part = found[2] if found[2] in _PARTS else ""
            self.widget.problems.setdefault((place, part or ""), []).append(problem.message)
        wrong = sorted({place for place, _ in self.widget.problems})
        if wrong:
            numbers = ", ".join(str(place + 1) for place in wrong)
            others.append(f"Look at field{'' if len(wrong) == 1 else 's'} {numbers}.")
        raise forms.ValidationError(others)


def as_block(field: Mapping[str, Any]) -> Block:
    """A stored field as what its inputs show."""
    return {**_BLANK, **field, "choices": "\n".join(field.get("choices", ()))}


def as_field(block: Block) -> dict[str, Any]:
    """A block as a field; one without a key gets it from its label."""
    label, kind = block["label"].strip(), block["kind"]
    choices = [line.strip() for line in block["choices"].splitlines() if line.strip()]
    return {
        "key": block["key"].strip() or key_of(label),
        "label": label,
        "kind": kind,
        "required": bool(block["required"]),
        "help": block["help"].strip(),
        # Hidden beside other kinds; what was typed before the kind was changed does no harm.
        "choices": choices if kind in WITH_CHOICES or kind not in Kind.values else [],
    }


def key_of(label: str) -> str:
    """`Start date` as `startDate`; empty where nothing of it can be a key."""
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode()
    words = re.findall(r"[A-Za-z0-9]+", plain)
    key = "".join(
        word.lower() if not place else word[:1].upper() + word[1:].lower() for place, word in enumerate(words)
    )
    return key.lstrip("0123456789")[:50]


def moved(blocks: list[Block], said: str) -> list[Block]:
    """The blocks as the button that was pressed wants them."""
    found = _MOVE.fullmatch(said)
    if found is None:
        return blocks
    act, place = found[1], int(found[2])
    if act == "more":
        return [*blocks, dict(_BLANK)][:MAX_FIELDS]
    other = place - 1 if act == "up" else place + 1
    if place >= len(blocks) or (act != "out" and not 0 <= other < len(blocks)):
        return blocks
    if act == "out":
        return blocks[:place] + blocks[place + 1 :]
    changed = list(blocks)
    changed[place], changed[other] = changed[other], changed[place]
    return changed


def _says_something(block: Block) -> bool:
    return any(str(block[part]).strip() for part in ("label", "key", "help", "choices"))
