"""The flow in words, for those who do not see the picture."""

from collections.abc import Mapping, Sequence

from opsflows.studio.picture.layout import Layout
from opsflows.studio.picture.order import ways_out
from opsflows.studio.picture.sketch import Box, Way

#: Steps that are told; whoever wants to hear more reads the steps beside the picture.
_MOST = 40

LOOKS = {
    "done": "done",
    "running": "running",
    "waiting": "waiting",
    "attention": "needs somebody",
    "failed": "failed",
    "off": "off",
    "skipped": "not run",
}


def described(layout: Layout, looks: Mapping[str, str]) -> str:
    """Step by step in reading order: what it is, what became of it, and where it leads."""
    boxes = [placed.box for placed in layout.placed]
    if not boxes:
        return "There are no steps yet."
    numbers = {box.id: number for number, box in enumerate(boxes, 1)}
    leaving = ways_out(arrow.way for arrow in layout.arrows if arrow.way)
    told = [_told(box, numbers, leaving.get(box.id, ()), looks.get(box.id, "")) for box in boxes[:_MOST]]
    if len(boxes) > _MOST:
        told.append(f"And {len(boxes) - _MOST} more steps.")
    return " ".join(told)


def called(box: Box, look: str = "") -> str:
    """A box in words: its name, what it is, and what became of it."""
    said = [box.name, box.note, "disabled" if box.is_disabled else "", LOOKS.get(look, "")]
    return ", ".join(filter(None, said))


def _told(box: Box, numbers: Mapping[str, int], ways: Sequence[Way], look: str) -> str:
    number = numbers[box.id]
    leads = [f"{f'{way.word}: ' if way.word else ''}{numbers[way.target]}" for way in ways]
    if not leads:
        return f"{number}. {called(box, look)}; it ends there."
    if [numbers[way.target] for way in ways] == [number + 1] and not ways[0].word:
        return f"{number}. {called(box, look)}."
    return f"{number}. {called(box, look)}; goes on with {', '.join(leads)}."
