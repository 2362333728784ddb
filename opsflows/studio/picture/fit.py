"""Texts in boxes: about how wide they are, and cut to fit."""

import unicodedata
from functools import lru_cache

_NARROW = frozenset("iljtfrI.,:;'|!()[] ")
_BROAD = frozenset("mwMWQOGDHNUCAR@%&—…")


def width_of(text: str, size: float) -> float:
    """About how wide `text` is in pixels, at a type of `size` pixels; rather too wide than too narrow."""
    return sum(map(_share, text)) * size


def cut_to(text: str, width: float, size: float) -> str:
    """`text`, or as much of it as fits into `width` pixels, with an ellipsis."""
    room = width / size
    for at, character in enumerate(text):
        room -= _share(character)
        if room < 0:
            return text[: max(0, at - 1)].rstrip() + "…"
    return text


@lru_cache(maxsize=4096)
def _share(character: str) -> float:
    if character in _NARROW:
        return 0.34
    if character in _BROAD:
        return 0.86
    if unicodedata.combining(character):
        return 0.0
    return 1.05 if unicodedata.east_asian_width(character) in "WF" else 0.58
