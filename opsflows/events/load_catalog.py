"""Bring the events that OpsFlows describes into the catalog, and keep what staff changed."""

import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import transaction

from opsflows.events.models import EventType
from opsflows.jsontext import content_hash

#: What staff may change of an entry that everyone shares, each for itself.
FIELDS: Final = ("event_category", "description", "payload_schema")
#: Schemas of the first edition, which did not yet remember what it shipped.
_FIRST_SCHEMAS: Final = frozenset({"5f4ae5c8e31cc20f", "2b685d88c6ca2074", "551103362debd732", "01c8a838a889f418"})


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many entries were new, and how many were brought up to date; `kept` counts fields that staff had changed."""

    added: int
    updated: int
    kept: int


def load_catalog(*, path: Path | None = None) -> Loaded:
    """Add what is missing of `path` (default: `fixtures/catalog.json`), and update each field that staff left alone.

    Repeating it changes nothing. Entries are found by their name, so one that was added by hand is taken over.
    """
    added = updated = kept = 0
    with transaction.atomic():
        shared = {row.event_name: row for row in EventType.objects.select_for_update().filter(account=None)}
        for primary_key, shipped in _entries([path] if path else _fixtures()):
            row = shared.get(shipped["event_name"])
            if row is None:
                _add(primary_key, shipped)
                added += 1
                continue
            changed, staffs = _bring_up_to_date(row, shipped)
            updated += changed
            kept += staffs
    return Loaded(added, updated, kept)


def _fixtures() -> list[Path]:
    return [path for folder in settings.FIXTURE_DIRS if (path := Path(folder) / "catalog.json").is_file()]


def _entries(paths: Iterable[Path]) -> list[tuple[uuid.UUID, dict[str, Any]]]:
    read = [entry for path in paths for entry in json.loads(path.read_text(encoding="utf-8"))]
    return [(uuid.UUID(entry["pk"]), entry["fields"]) for entry in read]


def _add(primary_key: uuid.UUID, shipped: Mapping[str, Any]) -> None:
    EventType(
        id=primary_key,
        account=None,
        event_name=shipped["event_name"],
        is_system_event=True,
        is_customizable=False,
        shipped={field: _digest(shipped[field]) for field in FIELDS},
        **{field: shipped[field] for field in FIELDS},
    ).save(force_insert=True)


def _bring_up_to_date(row: EventType, shipped: Mapping[str, Any]) -> tuple[bool, int]:
    """Whether the row changed in the eyes of staff, and how many of its fields are theirs."""
    digests, changed, staffs = dict(row.shipped), [], 0
    for field in FIELDS:
        now, new = getattr(row, field), shipped[field]
        if now != new and not _is_untouched(now, row.shipped.get(field)):
            staffs += 1
            continue
        digests[field] = _digest(new)
        if now != new:
            setattr(row, field, new)
            changed.append(field)
    if changed:
        row.shipped = digests
        row.save(update_fields=[*changed, "shipped"])
    elif digests != row.shipped:
        # Nothing that history is kept of.
        EventType.objects.filter(pk=row.pk).update(shipped=digests)
    return bool(changed), staffs


def _is_untouched(value: Any, shipped: str | None) -> bool:
    return _digest(value) == shipped if shipped else not value or _digest(value) in _FIRST_SCHEMAS


def _digest(value: Any) -> str:
    return content_hash(value)[:16]
