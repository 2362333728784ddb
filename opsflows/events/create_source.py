"""Create a source: an address for one vendor's webhooks, with the secret that they are signed with."""

import ipaddress
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from connectors.base import Preset
from connectors.registry import UnknownPreset, preset
from opsflows.accounts.actor import Actor
from opsflows.accounts.models import PlatformAccount
from opsflows.accounts.roles import Permission
from opsflows.audit.record import record
from opsflows.events.event_names import checked_event_names
from opsflows.events.models import DEFAULT_BODY_LIMIT, Source, SourceSecret


def create_source(
    *,
    actor: Actor,
    account: PlatformAccount,
    name: str,
    connector: str,
    secret: str,
    options: Mapping[str, Any] | None = None,
    event_names: Mapping[str, str] | None = None,
    allowed_networks: Iterable[str] = (),
    max_body_bytes: int = DEFAULT_BODY_LIMIT,
    now: datetime,
) -> Source:
    """A new active source of `account`, checked by the connector's preset; `allowed_networks` empty means any address.

    `event_names` says which incoming events are called otherwise here (opsflows/events/event_names.py).

    Raises:
        Forbidden: the actor may not write sources here.
        ValidationError: by field: name, connector, secret, options, event_names, allowed_networks, max_body_bytes.
    """
    actor.require(Permission.SOURCES_WRITE, account_id=account.pk)
    known = known_preset(connector)
    check_options(known, options or {})
    check_secret(known, secret)
    source = Source(
        account=account,
        name=name.strip(),
        connector=connector,
        options=dict(options or {}),
        event_names=checked_event_names(connector, event_names or {}),
        allowed_networks=checked_networks(allowed_networks),
        max_body_bytes=max_body_bytes,
        created_by_id=actor.user_id,
    )
    source.full_clean()
    with transaction.atomic():
        source.save(force_insert=True)
        SourceSecret.objects.create(source=source, value=secret)
        record(actor=actor, action="source.created", row=source, detail={"connector": connector}, now=now)
    return source


def known_preset(connector: str) -> Preset:
    """The preset `connector`; a form error for an unknown one, with those that exist."""
    try:
        return preset(connector)
    except UnknownPreset as unknown:
        raise ValidationError({"connector": str(unknown)}) from None


def check_options(known: Preset, options: Mapping[str, Any]) -> None:
    """A form error unless the preset takes `options`."""
    if problems := known.check_options(options):
        raise ValidationError({"options": [f"{field}: {message}" for field, message in problems]})


def check_secret(known: Preset, secret: str) -> None:
    """A form error unless the preset can work with `secret`. The secret itself is not repeated."""
    if problem := known.check_secret(secret):
        raise ValidationError({"secret": problem})


def checked_networks(written: Iterable[str]) -> list[str]:
    """Addresses and networks in one spelling; a form error for what is neither."""
    networks = []
    for entry in written:
        try:
            networks.append(str(ipaddress.ip_network(entry.strip(), strict=False)))
        except ValueError:
            message = f"“{entry}” is no address or network; write one such as 203.0.113.7 or 203.0.113.0/24."
            raise ValidationError({"allowed_networks": message}) from None
    return networks
