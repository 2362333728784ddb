"""The index of live workflows, kept in memory and brought up to date when the epoch has changed."""

import functools
import json
import logging
import sys
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from opsflows.jsontext import canonical_json
from opsflows.rules import RuleError
from opsflows.workflows.entry_parts import Part, parts_of
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.matching import Index, Listener
from opsflows.workflows.models import IndexEpoch, Workflow, WorkflowVersion
from opsflows.workflows.named_conditions import expand
from opsflows.workflows.passed_over import without_disabled
from opsflows.workflows.read_graph import read_graph
from opsflows.workflows.settings import RunSettings, parse_settings

__all__ = ["Index", "Listener", "current_index"]

logger = logging.getLogger(__name__)

#: Versions read at once, so that a first load of many large definitions does not hold them all.
CHUNK = 500


@dataclass(frozen=True, slots=True)
class _Loaded:
    epoch: int
    index: Index
    by_version: Mapping[uuid.UUID, Listener]


_loaded: _Loaded | None = None


def current_index() -> Index:
    """What is live, as the caller's transaction sees it: one tiny query where nothing has changed.

    Routing asks once in each of its transactions.
    """
    global _loaded
    # Before the rows: what is committed in between makes the index newer than its epoch, and it is read once more.
    epoch = IndexEpoch.objects.filter(pk=1).values_list("epoch", flat=True).first()
    if _loaded is None or _loaded.epoch != epoch:
        by_version = _load(_loaded.by_version if _loaded else {})
        # No row: nothing was ever live, so there is little to read and no number to remember it by.
        _loaded = _Loaded(-1 if epoch is None else epoch, Index(by_version.values()), by_version)
    return _loaded.index


def _load(known: Mapping[uuid.UUID, Listener]) -> dict[uuid.UUID, Listener]:
    """The listener of every live version that listens to an event; of those not known yet the definition is read."""
    rows = (
        Workflow.objects.filter(is_active=True)
        # What no event starts costs routing nothing.
        .exclude(published_version__trigger_event="")
        .order_by("id")
        .values_list("published_version_id", "account_id", "id")
    )
    live = {version_id: (account_id, workflow_id) for version_id, account_id, workflow_id in rows if version_id}
    found = {version_id: known[version_id] for version_id in live if version_id in known}
    for version_id, *stored in _versions([version_id for version_id in live if version_id not in known]):
        account_id, workflow_id = live[version_id]
        found[version_id] = _listener(account_id, workflow_id, version_id, *stored)
    return found


def _versions(ids: Sequence[uuid.UUID]) -> Iterator[tuple[uuid.UUID, str, Any, Any, Any]]:
    for start in range(0, len(ids), CHUNK):
        chunk = WorkflowVersion.objects.filter(pk__in=ids[start : start + CHUNK]).order_by()
        yield from chunk.values_list("id", "trigger_event", "workflow_data", "settings", "references")


def _listener(
    account_id: uuid.UUID,
    workflow_id: uuid.UUID,
    version_id: uuid.UUID,
    event_name: str,
    workflow_data: Any,
    settings: Any,
    references: Any,
) -> Listener:
    first_node: str | None = None
    parts: tuple[Part, ...] = ()
    run_settings = RunSettings()
    try:
        graph = without_disabled(read_graph(workflow_data))
        entry, first = graph.entry(), graph.first()
        first_node = sys.intern(first.id) if first else None
        parts = parts_of(expand(entry.config.get("conditions"), references, path="conditions")) if entry else ()
        run_settings = _settings(canonical_json(expand(settings, references, path="settings")))
    except (InvalidDefinition, RuleError) as error:
        # It listens all the same: the run that it starts fails at once, where somebody sees why.
        logger.error("Version %s of workflow %s cannot run: %s", version_id, workflow_id, error)
    return Listener(account_id, workflow_id, version_id, sys.intern(event_name), run_settings, first_node, parts)


@functools.lru_cache(maxsize=256)
def _settings(text: str) -> RunSettings:
    """The settings written in `text`; most workflows share a few."""
    return parse_settings(json.loads(text, parse_float=Decimal))
