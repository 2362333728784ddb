"""The events to choose from: the catalog in its categories, and what one of them carries."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.safestring import SafeString

from opsflows.admin_site.document import document
from opsflows.events.models import EventType
from opsflows.studio.samples import samples_of

#: Entries of the catalog that are offered; a name beyond them is typed.
_MOST = 1000


@dataclass(frozen=True, slots=True)
class Offered:
    """An event of the catalog."""

    name: str
    description: str
    category: str

    @property
    def words(self) -> str:
        """What a search looks through."""
        return f"{self.name} {self.name.replace('.', ' ').replace('_', ' ')} {self.description}".lower()


@dataclass(frozen=True, slots=True)
class Looked:
    """One event looked at: what it means, and what the newest of its kind carried."""

    name: str
    description: str
    is_known: bool
    #: When the newest came; empty: none came yet, and `payload` is made up from the catalog.
    label: str
    payload: SafeString | None


def events_of(account_id: uuid.UUID) -> list[Offered]:
    """The account's own catalog and the shared one, by name; where both have an event, the account's."""
    rows = EventType.objects.filter(Q(account=account_id) | Q(account=None)).order_by("event_name")
    found: dict[str, Offered] = {}
    fields = ("event_name", "description", "event_category", "account_id")
    for name, description, category, owner in rows.values_list(*fields)[:_MOST]:
        if owner is not None or name not in found:
            found[name] = Offered(name, description, category)
    return list(found.values())


def grouped(events: list[Offered], *, search: str = "") -> list[tuple[str, list[Offered]]]:
    """The events by category; with `search`, those that say all of its words."""
    wanted = search.lower().split()
    groups: dict[str, list[Offered]] = {str(label): [] for label in EventType.Category.labels}
    labels = dict(EventType.Category.choices)
    for each in events:
        if all(word in each.words for word in wanted):
            groups[str(labels.get(each.category, each.category))].append(each)
    return [(name, there) for name, there in groups.items() if there]


def looked_at(events: list[Offered], account_id: uuid.UUID, name: str) -> Looked | None:
    """The event called `name`, which need not be in the catalog."""
    if not name:
        return None
    known = next((each for each in events if each.name == name), None)
    newest = samples_of(account_id=account_id, event=name, limit=1)[0]
    data: Any = newest.data
    return Looked(
        name,
        known.description if known else "",
        known is not None,
        newest.label if newest.id else "",
        document(data) if data else None,
    )
