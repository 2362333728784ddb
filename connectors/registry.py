"""Finds the presets: every module in `connectors/presets/` holds one, under the module's own name."""

import difflib
import importlib
import pkgutil
from functools import cache

from connectors import presets as presets_package
from connectors.base import Preset


class UnknownPreset(KeyError):  # noqa: N818 (named as its callers read it)
    """No preset has this name; the message lists those that exist and the nearest one."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        near = difflib.get_close_matches(name, known, n=1)
        suggestion = f" Did you mean {near[0]}?" if near else ""
        self.message = f"There is no connector preset “{name}”.{suggestion} Known are: {', '.join(known)}."
        super().__init__(self.message)

    def __str__(self) -> str:
        return self.message


def preset(name: str) -> Preset:
    """The preset of this name. Raises `UnknownPreset`."""
    try:
        return _by_name()[name]
    except KeyError:
        raise UnknownPreset(name, tuple(_by_name())) from None


def presets() -> tuple[Preset, ...]:
    """Every preset, in the order of their names."""
    return tuple(_by_name().values())


@cache
def _by_name() -> dict[str, Preset]:
    modules = sorted(module.name for module in pkgutil.iter_modules(presets_package.__path__))
    return {name: _load(name) for name in modules}


def _load(module_name: str) -> Preset:
    module = importlib.import_module(f"{presets_package.__name__}.{module_name}")
    classes = [
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Preset) and value.__module__ == module.__name__
    ]
    if len(classes) != 1 or classes[0].name != module_name:
        raise TypeError(f"{module.__name__} must hold exactly one preset, whose name is “{module_name}”.")
    return classes[0]()
