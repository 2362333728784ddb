"""The entry conditions of versions, ready to be asked. A version never changes, so what was read once stays right."""

import threading
import uuid
from collections import OrderedDict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from opsflows.rules import Condition, RuleError, compile_condition
from opsflows.rules.conditions.tree import Node, parse_tree
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.models import WorkflowVersion
from opsflows.workflows.named_conditions import expand
from opsflows.workflows.passed_over import without_disabled
from opsflows.workflows.read_graph import read_graph
from opsflows.workflows.references import Frozen

#: Kept in memory: a few KB each.
MOST_KEPT = 2000


@dataclass(frozen=True, slots=True)
class Entry:
    """What decides whether an event starts a run, with what its names stood for: parsed, and compiled."""

    tree: Node | None = None
    #: None: every event does.
    condition: Condition | None = None
    #: Why it cannot be read here; it then starts a run that fails at once.
    problem: str = ""


_kept: OrderedDict[uuid.UUID, Entry] = OrderedDict()
_lock = threading.Lock()


def entries(version_ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Entry]:
    """The entry conditions of these versions, lists and segments as they were frozen in them: one query for those
    that are not in memory.
    """
    with _lock:
        found = {version_id: _kept[version_id] for version_id in version_ids if version_id in _kept}
    missing = [version_id for version_id in version_ids if version_id not in found]
    if not missing:
        return found
    rows = WorkflowVersion.objects.filter(pk__in=missing).order_by().values_list("pk", "workflow_data", "references")
    for version_id, workflow_data, references in rows:
        found[version_id] = entry_of(workflow_data, references)
    with _lock:
        _kept.update({version_id: found[version_id] for version_id in missing if version_id in found})
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return found


def entry_of(workflow_data: Any, references: Frozen) -> Entry:
    """The entry condition of a definition; `references` is what it names."""
    try:
        entry = without_disabled(read_graph(workflow_data)).entry()
        if entry is None:
            return Entry()
        tree = expand(entry.config.get("conditions"), references, path="conditions")
        return Entry(parse_tree(tree, "conditions"), compile_condition(tree))
    except (InvalidDefinition, RuleError) as error:
        return Entry(problem=error.problems[0].message)
