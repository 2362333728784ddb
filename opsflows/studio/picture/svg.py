"""A layout as SVG. Every text in it was written by somebody, so all of it is escaped."""

import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape

from opsflows.studio.picture.describe import LOOKS, called
from opsflows.studio.picture.fit import cut_to
from opsflows.studio.picture.layout import HEIGHT, WIDTH, Arrow, Layout, Placed

_ICONS = {
    "done": "check_circle",
    "running": "play_circle",
    "waiting": "schedule",
    "attention": "front_hand",
    "failed": "error",
    "off": "cancel",
    "skipped": "remove",
}
#: Sizes of type in pixels, as in studio_picture.css.
_WORD, _NAME = 12, 13.5
_TEXT_AT = 44
#: What XML does not take, whoever wrote it.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def text_of(value: str) -> str:
    """`value` as it may stand in XML, in an element or an attribute."""
    return escape(_NOT_XML.sub("\ufffd", value))


def svg_of(layout: Layout, *, title: str, words: str, looks: Mapping[str, str], links: Mapping[str, str]) -> str:
    """The picture: arrows below, boxes in reading order above them, and the words for those who do not see it."""
    width, height = _number(max(layout.width, 64)), _number(max(layout.height, 64))
    parts = [
        f'<svg class="studio-picture" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="{"group" if links else "img"}" aria-label="{text_of(title)}">',
        f"<desc>{text_of(words)}</desc>",
        '<g aria-hidden="true">',
        *(_line(arrow) for arrow in layout.arrows),
        *(_name(arrow) for arrow in layout.arrows if arrow.way and arrow.way.word),
        "</g>",
    ]
    for placed in layout.placed:
        parts += _box(placed, looks.get(placed.box.id, ""), links.get(placed.box.id, ""))
    return "".join([*parts, "</svg>"])


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _line(arrow: Arrow) -> str:
    kind = "studio-way" if arrow.way else "studio-way studio-way-join"
    if arrow.is_back:
        (x, y), (aside, _), _, (end, top) = arrow.points
        path = f"M{_number(x)} {_number(y)}H{_number(aside)}V{_number(top)}H{_number(end)}"
        return f'<path class="{kind} studio-way-back" d="{path}"/>{_head(end, top, -1)}'
    path = "".join(_pieces(arrow.points))
    end, bottom = arrow.points[-1]
    return f'<path class="{kind}" d="{path}"/>{_head(end, bottom, 0)}'


def _pieces(points: Sequence[tuple[float, float]]) -> Iterator[str]:
    (x, y), rest = points[0], points[1:]
    yield f"M{_number(x)} {_number(y)}"
    for to_x, to_y in rest:
        if to_x == x:
            yield f"V{_number(to_y)}"
        else:
            bend = (y + to_y) / 2
            yield f"C{_number(x)} {_number(bend)} {_number(to_x)} {_number(bend)} {_number(to_x)} {_number(to_y)}"
        x, y = to_x, to_y


def _head(x: float, y: float, sideways: int) -> str:
    if sideways:
        return f'<path class="studio-way-head" d="M{_number(x)} {_number(y)}l7 -4v8z"/>'
    return f'<path class="studio-way-head" d="M{_number(x)} {_number(y)}l-4 -7h8z"/>'


def _name(arrow: Arrow) -> str:
    word = cut_to(arrow.way.word if arrow.way else "", WIDTH - 24, _WORD)
    return _text("studio-way-word", arrow.word_at, word, anchor="start" if arrow.is_back else "middle")


def _text(kind: str, at: tuple[float, float], text: str, *, anchor: str = "start") -> str:
    x, y = map(_number, at)
    return f'<text class="{kind}" x="{x}" y="{y}" text-anchor="{anchor}">{text_of(text)}</text>'


def _icon(kind: str, x: float, name: str) -> str:
    """A letter of the font of icons; it says nothing that the title does not say."""
    kind = f"material-symbols-outlined {kind}"
    return f'<text class="{kind}" x="{x}" y="{HEIGHT // 2}" aria-hidden="true">{text_of(name)}</text>'


def _box(placed: Placed, look: str, link: str) -> Iterator[str]:
    box = placed.box
    look = look if look in LOOKS else ""
    tones = f" studio-seen ops-{'off' if look == 'skipped' else look} studio-{look}" if look else ""
    shape = f"studio-node studio-node-{box.shape}{' studio-node-disabled' if box.is_disabled else ''}{tones}"
    whole = text_of(called(box, look))
    room = WIDTH - _TEXT_AT - (32 if look else 14)
    note = " · ".join(filter(None, [box.note, "disabled" if box.is_disabled else ""]))
    if link:
        yield f'<a href="{text_of(link)}" aria-label="{whole}">'
    place = f"{_number(placed.x)} {_number(placed.y)}"
    yield f'<g class="{shape}" data-node="{text_of(box.id)}" transform="translate({place})"><title>{whole}</title>'
    yield _outline(box.shape)
    yield _icon("studio-node-icon", 24, box.icon)
    yield _text("studio-node-name", (_TEXT_AT, 24 if note else 33), cut_to(box.name, room, _NAME))
    if note:
        yield _text("studio-node-note", (_TEXT_AT, 42), cut_to(note, room, _WORD))
    if look:
        yield _icon("studio-node-look", WIDTH - 20, _ICONS[look])
    yield "</g></a>" if link else "</g>"


def _outline(shape: str) -> str:
    if shape == "condition":
        aside, middle = 14, HEIGHT // 2
        points = f"{aside},0 {WIDTH - aside},0 {WIDTH},{middle} {WIDTH - aside},{HEIGHT} {aside},{HEIGHT} 0,{middle}"
        return f'<polygon points="{points}"/>'
    round_by = {"trigger": HEIGHT // 2, "wait": 18}.get(shape, 6)
    return f'<rect width="{WIDTH}" height="{HEIGHT}" rx="{round_by}"/>'
