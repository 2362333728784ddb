"""Change a source. Every change gives it a new revision, by which running processes notice it at once."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.audit.record import record
from opsflows.events.create_source import check_options, checked_networks, known_preset
from opsflows.events.event_names import checked_event_names
from opsflows.events.models import Source


def change_source(
    *,
    actor: Actor,
    source: Source,
    name: str | None = None,
    options: Mapping[str, Any] | None = None,
    event_names: Mapping[str, str] | None = None,
    allowed_networks: Iterable[str] | None = None,
    max_body_bytes: int | None = None,
    is_active: bool | None = None,
    now: datetime,
) -> Source:
    """Change what is given and leave the rest; the source as it is then. Switching it is an audit entry of its own.

    Raises:
        Forbidden: the actor may not write sources here.
        ValidationError: by field, as `create_source`.
    """
    actor.require(Permission.SOURCES_WRITE, account_id=source.account_id)
    with transaction.atomic():
        held = Source.objects.select_for_update().get(pk=source.pk)
        was_active = held.is_active
        if name is not None:
            held.name = name.strip()
        if options is not None:
            check_options(known_preset(held.connector), options)
            held.options = dict(options)
        if event_names is not None:
            held.event_names = checked_event_names(held.connector, event_names)
        if allowed_networks is not None:
            held.allowed_networks = checked_networks(allowed_networks)
        if max_body_bytes is not None:
            held.max_body_bytes = max_body_bytes
        if is_active is not None:
            held.is_active = is_active
        held.revision += 1
        held.full_clean()
        held.save()
        if held.is_active != was_active:
            action = "source.switched_on" if held.is_active else "source.switched_off"
            record(actor=actor, action=action, row=held, now=now)
    return held
