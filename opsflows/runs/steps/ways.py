"""Names of ways out that staff give themselves."""

import re
from collections.abc import Collection, Iterator, Sequence

from opsflows.rules import Problem
from opsflows.workflows.graph import DEFAULT_HANDLE, ERROR_HANDLE

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_ -]{0,63}", re.ASCII)
_RESERVED = frozenset({DEFAULT_HANDLE, ERROR_HANDLE})


def name_problem(name: str, *, taken: Collection[str] = ()) -> str | None:
    """What is wrong with the name of a way out."""
    if not _NAME.fullmatch(name):
        return "A way out has a name of 1 to 64 letters, digits, spaces, hyphens and underscores."
    if name in _RESERVED or name in taken:
        return f"{name!r} is a way out that is always there; choose another name."
    return None


def name_problems(names: Sequence[str], *, path: str, taken: Collection[str] = ()) -> Iterator[Problem]:
    """What is wrong with the names of a list, each at `path[index].name`."""
    for index, name in enumerate(names):
        if problem := name_problem(name, taken=taken):
            yield Problem(f"{path}[{index}].name", problem)
        elif name in names[:index]:
            yield Problem(f"{path}[{index}].name", f"{name!r} is there already; give each its own name.")
