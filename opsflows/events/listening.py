"""The sources as the ingest path needs them: read and decrypted once per process, not once per request."""

import datetime
import ipaddress
import logging
import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.base import Preset
from connectors.registry import UnknownPreset, preset
from opsflows.events.models import Source, SourceSecret
from opsflows.events.refusal import Reason, RequestRefused
from opsflows.vault import UndecryptableError

logger = logging.getLogger(__name__)

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

#: A change of the source is noticed at once, by its revision. What no revision tells (its account was switched off) is
#: noticed after this long.
TRUSTED_FOR = datetime.timedelta(minutes=1)
#: Sources kept in one process; past this the memory is emptied and filled anew.
CAPACITY = 5000


@dataclass(frozen=True, slots=True)
class ListeningSource:
    """An active source with its secrets in the clear. Right as of `revision`."""

    id: uuid.UUID
    account_id: uuid.UUID
    name: str
    revision: int
    preset: Preset
    options: Mapping[str, Any]
    event_names: Mapping[str, str]
    secrets: tuple[str, ...] = field(repr=False)
    networks: tuple[Network, ...]
    max_body_bytes: int
    scope: str
    loaded_at: datetime.datetime


_known: dict[str, ListeningSource] = {}
_filling = threading.Lock()


def listening_source(token: str, *, now: datetime.datetime) -> ListeningSource:
    """The active source at `/hooks/<token>`.

    Raises:
        RequestRefused: no source is there (404), it is switched off (410), or its configuration cannot be read (503).
    """
    source = _known.get(token)
    if source is not None and abs(now - source.loaded_at) < TRUSTED_FOR:
        return source
    # Only what is active is kept, so that switching on is noticed at once, too.
    _known.pop(token, None)
    source = _load(token, now=now)
    with _filling:
        if len(_known) >= CAPACITY:
            _known.clear()
        _known[token] = source
    return source


def forget_source(token: str) -> None:
    """Read the source anew at its next request."""
    _known.pop(token, None)


def is_unchanged(source: ListeningSource) -> bool:
    """Whether the source is still active at the revision that was read."""
    return Source.objects.filter(
        pk=source.id, revision=source.revision, is_active=True, account__is_active=True
    ).exists()


def _load(token: str, *, now: datetime.datetime) -> ListeningSource:
    # Revision first, secrets second: a change in between leaves an old revision, which the insert refuses.
    row = Source.objects.select_related("account").filter(token=token).first() if token.isprintable() else None
    if row is None:
        raise RequestRefused(Reason.UNKNOWN_TOKEN, "No source has this address; copy it anew from the source's page.")
    if not (row.is_active and row.account.is_active):
        raise RequestRefused(Reason.DISABLED, "This source is switched off; stop sending to it.", source_id=row.pk)
    try:
        return _read(row, now=now)
    except (UndecryptableError, UnknownPreset, ValueError) as error:
        logger.error("Source %s cannot be read: %s", row.pk, error)
        detail = "The configuration of this source cannot be read on our side; try again later."
        raise RequestRefused(Reason.UNREADABLE, detail, source_id=row.pk) from None


def _read(row: Source, *, now: datetime.datetime) -> ListeningSource:
    return ListeningSource(
        id=row.pk,
        account_id=row.account_id,
        name=row.name,
        revision=row.revision,
        preset=preset(row.connector),
        options=row.options,
        event_names=row.event_names,
        secrets=tuple(SourceSecret.objects.filter(source=row).values_list("value", flat=True)),
        networks=tuple(ipaddress.ip_network(written, strict=False) for written in row.allowed_networks),
        max_body_bytes=row.max_body_bytes,
        scope=f"source:{row.pk}",
        loaded_at=now,
    )
