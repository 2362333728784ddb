"""Who the names in a definition stand for while somebody is asked to approve it."""

import uuid
from typing import Any

from opsflows.accounts.stands_for import stands_for
from opsflows.workflows.compiled import examine_node
from opsflows.workflows.graph import Graph
from opsflows.workflows.named_conditions import open_node
from opsflows.workflows.passed_over import without_disabled
from opsflows.workflows.references import Frozen


def standing_of(graph: Graph, references: Frozen, *, account_id: uuid.UUID) -> dict[str, Any]:
    """By name, who that is now: people whom steps write to, ask, or give work to. Variables are left out.

    It is no part of a version, since a run asks anew; but an approval of a rule is one of whom it writes to as well.
    """
    names: set[str] = set()
    for node in without_disabled(graph).nodes:
        examined = None if node.is_trigger else examine_node(open_node(node))
        if examined and examined.kind and examined.config is not None:
            names.update(name.strip() for name in examined.kind.people(examined.config, references))
    plain = sorted(name for name in names if name and "{{" not in name and "{%" not in name)
    return {name: stands_for(account_id=account_id, name=name) for name in plain}
