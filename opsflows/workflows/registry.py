"""The registry of step kinds; every app's `steps.py` fills it (autodiscovery)."""

import difflib

from django.utils.module_loading import autodiscover_modules

from opsflows.workflows.kinds import StepKind

#: Keys that the rule form keeps for itself; a kind's configuration must not use them.
RESERVED = frozenset(
    {"type", "id", "label", "critical", "onError", "retryCount", "retryDelay", "stepTimeout", "pinned", "disabled"}
)

_kinds: dict[str, StepKind] = {}
_discovered = False


class UnknownKind(LookupError):  # noqa: N818  (reads as the answer it becomes)
    """No app brings such a step kind; the message suggests the nearest."""


def register(cls: type[StepKind]) -> type[StepKind]:
    """Class decorator: make the kind known. Refuses a second kind of the same name and reserved configuration keys."""
    if cls.kind in _kinds:
        raise ValueError(f"Two step kinds are called {cls.kind!r}")
    if taken := RESERVED & set(cls.Config.model_fields):
        raise ValueError(f"{cls.kind!r} uses the reserved keys {sorted(taken)}")
    if cls.side and (cls.side in RESERVED or cls.side in cls.Config.model_fields):
        raise ValueError(f"{cls.kind!r} uses {cls.side!r} for two things")
    if bool(cls.side) != bool(cls.side_handles) or not set(cls.side_handles) <= set(cls.outcomes[1:]):
        raise ValueError(f"{cls.kind!r} has to name the ways out into {cls.side!r}, none of them its first")
    _kinds[cls.kind] = cls()
    return cls


def step_kind(name: str) -> StepKind:
    """The kind called `name`."""
    try:
        return all_kinds()[name]
    except (KeyError, TypeError):
        near = difflib.get_close_matches(str(name), _kinds, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else f" Known are: {', '.join(sorted(_kinds))}."
        raise UnknownKind(f"There is no action or step called {name!r}.{hint}") from None


def all_kinds() -> dict[str, StepKind]:
    """Every kind by name."""
    global _discovered
    if not _discovered:
        _discovered = True
        autodiscover_modules("steps")
    return _kinds
