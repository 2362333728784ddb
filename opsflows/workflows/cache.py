"""Compiled definitions in memory, by version: a version never changes, so what was compiled once stays right."""

import threading
import uuid
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from opsflows.workflows.compile import compile_definition
from opsflows.workflows.compiled import CompiledGraph
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.models import WorkflowVersion

#: A compiled definition of five steps takes some 20 KB.
MAX_DEFINITIONS = 2000

#: `workflow_data`, `settings` and `references` of a version.
Stored = tuple[Mapping[str, Any], Mapping[str, Any], Mapping[str, Any]]
_STORED = ("workflow_data", "settings", "references")

_definitions: OrderedDict[uuid.UUID, CompiledGraph] = OrderedDict()
_lock = threading.Lock()


def load_stored(version_id: uuid.UUID) -> Stored:
    """The version's definition from the database.

    Raises:
        WorkflowVersion.DoesNotExist: no such version.
    """
    stored: Stored = WorkflowVersion.objects.values_list(*_STORED).get(pk=version_id)
    return stored


def definition(version_id: uuid.UUID, load: Callable[[uuid.UUID], Stored] = load_stored) -> CompiledGraph:
    """The version, compiled; `load` is asked where it is not in memory.

    Raises:
        InvalidDefinition: the version cannot run here, for example because a step kind it uses is no longer installed.
    """
    with _lock:
        if (known := _definitions.get(version_id)) is not None:
            _definitions.move_to_end(version_id)
            return known
    return _remember(version_id, load(version_id))


def warm(version_ids: Iterable[uuid.UUID]) -> None:
    """Bring what is not in memory there with one query. What cannot run is left for `definition` to refuse."""
    missing = {version_id for version_id in version_ids if version_id not in _definitions}
    if not missing:
        return
    rows = WorkflowVersion.objects.filter(pk__in=missing).values_list("id", *_STORED)
    for version_id, *stored in rows:
        try:
            _remember(version_id, tuple(stored))
        except InvalidDefinition:
            continue


def _remember(version_id: uuid.UUID, stored: Stored) -> CompiledGraph:
    compiled = compile_definition(*stored)
    with _lock:
        _definitions[version_id] = compiled
        while len(_definitions) > MAX_DEFINITIONS:
            _definitions.popitem(last=False)
    return compiled
