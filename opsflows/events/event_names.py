"""What a source's events are called here, where that is another name than the sender's."""

from collections.abc import Mapping
from typing import Final

from django.core.exceptions import ValidationError

from connectors.names import event_name
from opsflows.events.names import name_problem

#: Names that one source may map.
MOST: Final = 500


def checked_event_names(connector: str, written: Mapping[str, str]) -> dict[str, str]:
    """The map as it is looked up: from each name as the connector's preset derives it to the one of the catalog.

    An incoming name may be written as the vendor does, `orders/create`, or as it arrives here, `shopify.orders.create`.

    Raises:
        ValidationError: for `event_names`, with a sentence for each that is wrong.
    """
    names, problems = dict[str, str](), list[str]()
    for incoming, ours in ((incoming.strip(), ours.strip()) for incoming, ours in written.items()):
        derived = event_name(connector, incoming.removeprefix(f"{connector}."))
        if not incoming:
            problems.append(f"“{ours}” has no incoming name; write what the sender calls the event.")
        elif problem := name_problem(ours):
            problems.append(f"{incoming}: {problem}")
        elif names.setdefault(derived, ours) != ours:
            problems.append(f"{incoming}: {derived} is called {names[derived]} already; one name is enough.")
    if len(written) > MOST:
        problems.append(f"At most {MOST} names can be mapped; these are {len(written)}.")
    if problems:
        raise ValidationError({"event_names": problems})
    return names


def read_lines(text: str) -> dict[str, str]:
    """The map written as `incoming name = our name`, one to a line.

    Raises:
        ValueError: a line is wrong; the message names it and says what would be right.
    """
    names = dict[str, str]()
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        # Our names hold no equals sign; the sender's may.
        incoming, _, ours = (part.strip() for part in line.rpartition("="))
        if not (incoming and ours):
            raise ValueError(f"Line {number}: write incoming name = our name, such as invoice.paid = payment.success.")
        if names.setdefault(incoming, ours) != ours:
            raise ValueError(f"Line {number}: {incoming} was named before; one line is enough.")
    return names


def write_lines(names: Mapping[str, str]) -> str:
    """The map as `read_lines` takes it."""
    return "\n".join(f"{incoming} = {ours}" for incoming, ours in sorted(names.items()))
