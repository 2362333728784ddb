"""Where a problem, or a conflict, is mended: the step that it is about."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse

from opsflows.rules import Problem
from opsflows.workflows.models import Workflow

_NODE = re.compile(r"nodes\[([A-Za-z0-9_-]{1,255})\]")


@dataclass(frozen=True, slots=True)
class Said:
    """A problem in words, with the address at which it is mended; empty where there is none."""

    path: str
    message: str
    url: str = ""


def address_of(name: str, workflow: Workflow | None = None, *more: str) -> str:
    """The address of a page of the studio; empty where there is no such page."""
    try:
        return reverse(name, args=[*([workflow.pk] if workflow else []), *more])
    except NoReverseMatch:
        return ""


def step_address(workflow: Workflow, node_id: str, *, trigger_ids: Iterable[str] = (), entry_id: str = "") -> str:
    """Where the step is edited."""
    if node_id and node_id == entry_id:
        return address_of("studio:conditions", workflow)
    if node_id in set(trigger_ids):
        return address_of("studio:trigger", workflow)
    return address_of("studio:step", workflow, node_id) if node_id else ""


def linked(
    workflow: Workflow, raw: Sequence[Problem], shown: Sequence[Problem], *, trigger_ids: Iterable[str], entry_id: str
) -> list[Said]:
    """Problems as people call their places (`shown`), linked by the places they are found at (`raw`)."""
    said = []
    for index, problem in enumerate(shown):
        found = _NODE.match(raw[index].path) if len(raw) == len(shown) else None
        node_id = found[1] if found else ""
        url = step_address(workflow, node_id, trigger_ids=trigger_ids, entry_id=entry_id)
        said.append(Said(problem.path, problem.message, url))
    return said
