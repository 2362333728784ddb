"""Audit entries in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.contrib import admin

from opsflows.admin_site.doers import Doers
from opsflows.admin_site.markup import page_for
from opsflows.audit.models import AuditEntry
from opsflows.audit.words import action_in_words

_DOORS = {
    "admin": "the admin",
    "page": "a page",
    "api": "the API",
    "link": "the link in a mail",
    "slack": "a button in a chat",
    "command": "a command on the server",
    "system": "OpsFlows itself",
}
_LONGEST = 160


@dataclass(frozen=True, slots=True)
class Said:
    """One entry, ready to be read."""

    pk: Any
    at: datetime
    action: str
    who: str
    detail: str


def in_words(entry: AuditEntry, names: Doers) -> Said:
    """`entry` as a line of a list."""
    return Said(entry.pk, entry.at, action_in_words(entry.action), names.said(entry), detail_in_words(entry.detail))


def detail_in_words(detail: Any) -> str:
    """The plain values of an entry's detail on one line; what is nested stands on the entry's own page."""
    if not isinstance(detail, Mapping):
        return ""
    told = [
        f"{str(key).replace('_', ' ')}: {_plain(value)}"
        for key, value in detail.items()
        if value not in (None, "", []) and not isinstance(value, Mapping)
    ]
    text = "; ".join(told)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def door_in_words(door: str) -> str:
    """Through which door it came."""
    return _DOORS.get(door, door)


def object_url(entry: AuditEntry) -> str:
    """The page of what it was done with; empty where that has none. It may be gone by now."""
    try:
        model = apps.get_model(entry.object_type)
    except (LookupError, ValueError):
        return ""
    return page_for(model, entry.object_id) if admin.site.is_registered(model) else ""


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
