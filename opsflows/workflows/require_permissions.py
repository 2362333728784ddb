"""What only some people may write into a definition, such as a script: asked when it is saved or published."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from opsflows.accounts.actor import Actor, Forbidden
from opsflows.jsontext import canonical_json
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.graph import Node
from opsflows.workflows.kinds import StepKind
from opsflows.workflows.read_graph import read_graph
from opsflows.workflows.registry import all_kinds


def require_permissions(
    *, actor: Actor, workflow_data: Mapping[str, Any], known: Iterable[Mapping[str, Any] | None]
) -> None:
    """Refuse what is new in `workflow_data` and takes a permission (`StepKind.permission`) that `actor` lacks.

    What stands in one of the definitions `known` is not new, in whichever step it is now: whoever may not write a
    script may still change all around it.

    Raises:
        Forbidden: the message names the step.
    """
    old: set[tuple[str, str]] | None = None
    for node, kind, written in _written(workflow_data):
        if kind.permission is None or actor.may(kind.permission):
            continue
        if old is None:
            old = {(each.kind, text) for definition in known for _, each, text in _written(definition)}
        if (kind.kind, written) not in old:
            raise Forbidden(
                f"The step “{node.label or kind.label}” ({node.id}) is new or changed in "
                f"{', '.join(sorted(kind.permission_fields))}. That needs the permission {kind.permission.value!r} "
                f"({kind.permission.label})."
            )


def _written(definition: Mapping[str, Any] | None) -> Iterator[tuple[Node, StepKind, str]]:
    """What stands in the fields that take a permission, as text; nothing where the definition cannot be read."""
    try:
        nodes = read_graph(definition).nodes if definition else ()
    except InvalidDefinition:
        return
    for node in nodes:
        kind = all_kinds().get(node.kind)
        if kind is not None and kind.permission is not None:
            fields = {name: node.config[name] for name in kind.permission_fields if node.config.get(name)}
            if fields:
                yield node, kind, canonical_json(fields)
