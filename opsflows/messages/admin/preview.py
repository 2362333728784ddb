"""What a template makes of sample values: those of an event of the account, of the catalog, or of Rules' variables."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from opsflows.accounts.calendars import account_clock
from opsflows.accounts.models import PlatformAccount
from opsflows.events.models import Event, EventPayload, EventType
from opsflows.messages.html import paragraphs
from opsflows.messages.render_template import render_template
from opsflows.messages.sample import example_of, known_variables
from opsflows.rules import Clock, RenderError, RuleError

#: Catalog events that are offered as samples.
_OFFERED = 60


@dataclass(frozen=True, slots=True)
class Preview:
    """A rendered template, or why it cannot be rendered."""

    source: str
    subject: str = ""
    body: SafeString = field(default=SafeString())
    warnings: tuple[str, ...] = ()
    problem: str = ""


def samples(account_id: uuid.UUID | None) -> list[tuple[str, str]]:
    """Where sample values may come from: `("", …)` for Rules' variables, else the name of an event."""
    mine = Q(account=None) | Q(account=account_id)
    rows = EventType.objects.filter(mine).exclude(payload_schema={}).order_by("event_name")
    names = dict.fromkeys(rows.values_list("event_name", flat=True)[:_OFFERED])
    return [("", "Example values"), *((name, name) for name in names)]


def preview(content: Mapping[str, Any], *, account: PlatformAccount | None, sample: str) -> Preview:
    """`content` rendered with the newest event called `sample`, else with what the catalog says of it."""
    values, source = _values(account, sample)
    now = timezone.now()
    clock = account_clock(account, now=now) if account else Clock(now, PlatformAccount().zone)
    try:
        message = render_template(content, values, clock)
    except (RuleError, RenderError) as error:
        return Preview(source, problem=str(error))
    # Escaped by `paragraphs`, which makes the mail itself.
    return Preview(source, message.subject, mark_safe(paragraphs(message.body)), message.warnings)  # noqa: S308


def _values(account: PlatformAccount | None, sample: str) -> tuple[dict[str, Any], str]:
    if not sample or account is None:
        return known_variables(), "example values"
    newest = Event.objects.filter(account=account, name=sample).order_by("-id").values("pk")[:1]
    data = EventPayload.objects.filter(event__in=newest).values_list("data", flat=True).first()
    if isinstance(data, dict):
        return data, f"the newest {sample}"
    mine = EventType.objects.filter(Q(account=None) | Q(account=account), event_name=sample).first()
    example = example_of(mine.payload_schema) if mine else {}
    return (example, f"the catalog's example of {sample}") if example else (known_variables(), "example values")
