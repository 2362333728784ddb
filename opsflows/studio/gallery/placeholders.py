"""What stands in a flow only to be replaced: addresses nobody has, names of channels, people and teams."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import TextChoices

from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.read_graph import read_graph
from opsflows.workflows.wording.places import place_of

#: Hosts and mailboxes below `.example`, which is reserved: nothing ever answers there.
_ADDRESS = re.compile(r"https?://([a-z0-9.-]+\.example)(?![a-z0-9.-])", re.IGNORECASE)
_MAILBOX = re.compile(r"[\w.+-]+@[a-z0-9.-]+\.example(?![a-z0-9.-])", re.IGNORECASE)
_VARIABLE = "{{"


class What(TextChoices):
    """What is to be put in its place."""

    ADDRESS = "address", "Your systems' addresses"
    MAILBOX = "mailbox", "Your mail addresses"
    DATABASE = "database", "Databases"
    CHANNEL = "channel", "Channels"
    PEOPLE = "people", "People and teams"


MUST_GO = (What.ADDRESS, What.MAILBOX)
#: The names that mean something in an account, by the field that holds them. They may be right as they stand.
_NAMED = {
    "assignTo": What.PEOPLE,
    "approvers": What.PEOPLE,
    "channel": What.CHANNEL,
    "database": What.DATABASE,
}


@dataclass(frozen=True, slots=True)
class Placeholder:
    """One of them: `value` as it stands in the step `label`."""

    what: What
    value: str
    node_id: str
    label: str

    @property
    def must_go(self) -> bool:
        """Whether it can mean nothing anywhere, so that a run is certain to go wrong."""
        return self.what in MUST_GO


def placeholders_in(workflow_data: Mapping[str, Any]) -> list[Placeholder]:
    """Each once a step, in the order of the steps; none of a draft that cannot be read."""
    try:
        nodes = read_graph(workflow_data).nodes
    except InvalidDefinition:
        return []
    found = (
        Placeholder(what, value, node.id, place_of(node).label)
        for node in nodes
        if not node.is_trigger
        for what, value in _in(node.config, "")
    )
    return list(dict.fromkeys(found))


def _in(value: Any, key: str) -> Iterator[tuple[What, str]]:
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from _in(item, str(name))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _in(item, key)
    elif isinstance(value, str):
        yield from ((What.ADDRESS, host.lower()) for host in _ADDRESS.findall(value))
        yield from ((What.MAILBOX, mailbox) for mailbox in _MAILBOX.findall(value))
        if key in _NAMED and value.strip() and _VARIABLE not in value:
            yield _NAMED[key], value.strip()
