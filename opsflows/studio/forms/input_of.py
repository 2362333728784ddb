"""Which input shows which look; each registers itself, as some hold others and lead back here."""

from collections.abc import Callable
from typing import Final, TypeVar

from opsflows.studio.forms.inputs import Input, TextInput
from opsflows.studio.forms.shapes import Shape

I = TypeVar("I", bound=type[Input])  # noqa: E741

_INPUTS: Final[dict[str, type[Input]]] = {}


def shows(*looks: str) -> Callable[[I], I]:
    """Class decorator: this input shows fields of these looks."""

    def register(cls: I) -> I:
        _INPUTS.update(dict.fromkeys(looks, cls))
        return cls

    return register


def input_of(shape: Shape) -> Input:
    """The input for a field; a text where its look has none of its own."""
    return _INPUTS.get(shape.look, TextInput)(shape)
