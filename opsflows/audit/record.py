"""Append to the audit trail, in the transaction of what is told."""

import hashlib
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Protocol

from django.db import models, transaction

from opsflows.audit.models import AuditChain, AuditEntry
from opsflows.jsontext import canonical_json
from opsflows.jsontext.plain import plain_numbers


class Doer(Protocol):
    """Who did it: an `Actor` is one."""

    @property
    def account_id(self) -> uuid.UUID: ...
    @property
    def user_id(self) -> uuid.UUID | None: ...
    @property
    def door(self) -> str: ...
    @property
    def api_key_id(self) -> uuid.UUID | None: ...


def record(
    *, actor: Doer, action: str, row: models.Model | None = None, detail: Mapping[str, Any] | None = None, now: datetime
) -> AuditEntry:
    """Say that `actor` did `action` (`workflow.published`, the past tense of what was done) with `row`.

    Called by verbs inside their own transaction, after the deed: entry and deed are kept together or not at all.
    `detail` never holds a secret.
    """
    with transaction.atomic():
        AuditChain.objects.bulk_create([AuditChain(account_id=actor.account_id)], ignore_conflicts=True)
        chain = AuditChain.objects.select_for_update().get(account_id=actor.account_id)
        entry = AuditEntry(
            account_id=actor.account_id,
            number=chain.number + 1,
            at=now,
            user_id=actor.user_id,
            api_key_id=actor.api_key_id,
            door=actor.door,
            action=action,
            object_type=row._meta.label_lower if row is not None else "",
            object_id=str(row.pk) if row is not None else "",
            object_name=str(row)[:255] if row is not None else "",
            # As the database gives them back, or the chain would not verify.
            detail=plain_numbers(dict(detail or {})),
            previous_hash=chain.entry_hash,
        )
        entry.entry_hash = hash_of(entry)
        entry.save(force_insert=True)
        chain.number, chain.entry_hash = entry.number, entry.entry_hash
        chain.save()
    return entry


def hash_of(entry: AuditEntry) -> str:
    """SHA-256 over everything the entry says and its forerunner's hash: changing one breaks all that follow."""
    said: dict[str, Any] = {
        "account": str(entry.account_id),
        "number": entry.number,
        "at": entry.at.astimezone(UTC).isoformat(),
        "user": str(entry.user_id or ""),
        "api_key": str(entry.api_key_id or ""),
        "door": entry.door,
        "action": entry.action,
        "object_type": entry.object_type,
        "object_id": entry.object_id,
        "object_name": entry.object_name,
        "detail": entry.detail,
        "previous": entry.previous_hash,
    }
    return hashlib.sha256(canonical_json(said).encode("utf-8")).hexdigest()
