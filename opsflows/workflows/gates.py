"""Whoever else has a say before a definition goes live registers a gate here; publishing knows none by name."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from opsflows.accounts.actor import Actor
from opsflows.workflows.models import PublishRequest, Workflow


@dataclass(frozen=True, slots=True)
class Publication:
    """What is about to go live. `workflow` is locked; its draft is valid."""

    actor: Actor
    workflow: Workflow
    content_hash: str
    note: str
    now: datetime
    #: What is published already, and was switched off: it is only switched on again.
    is_known: bool = False
    #: Only what the published definition names is brought up to date; the draft plays no part.
    is_refresh: bool = False
    #: The request whose approval this carries out; an approval counts for this publication and no later one.
    approved: PublishRequest | None = None


@dataclass(frozen=True, slots=True)
class Refuse:
    """Not this."""

    reason: str


@dataclass(frozen=True, slots=True)
class Defer:
    """Not yet: somebody is asked first, and publishes again afterwards."""

    reason: str


#: None lets it through. A gate runs inside publishing's transaction; what it writes when it defers is kept.
Gate = Callable[[Publication], Refuse | Defer | None]

_gates: list[Gate] = []


class PublishRefused(Exception):  # noqa: N818  (reads as the answer it becomes)
    """A gate said no; the message says why."""


class PublishDeferred(Exception):  # noqa: N818  (as above)
    """A gate wants somebody asked first; the message says whom."""


def register_gate(gate: Gate) -> Gate:
    """Decorator: ask `gate` before every publication."""
    _gates.append(gate)
    return gate


def ask_gates(publication: Publication) -> Defer | None:
    """The first deferral, if any.

    Raises:
        PublishRefused: a gate refused. It goes before any deferral, since nobody need be asked in vain.
    """
    decisions = [gate(publication) for gate in _gates]
    for decision in decisions:
        if isinstance(decision, Refuse):
            raise PublishRefused(decision.reason)
    return next((decision for decision in decisions if isinstance(decision, Defer)), None)
