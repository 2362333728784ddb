"""A message that a step sends, or would send, as whoever gets it reads it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from opsflows.messages.html import paragraphs
from opsflows.rules.text import to_text

_KINDS = frozenset({"email", "slack", "teams", "notify"})
_LONGEST = 5000


@dataclass(frozen=True, slots=True)
class ShownMessage:
    """`to` and `subject` are empty where the message has none."""

    to: str
    subject: str
    body: SafeString


def message_of(kind: str, shown_input: Any) -> ShownMessage | None:
    """The message in what went into a step; None where the step sends none."""
    if kind not in _KINDS or not isinstance(shown_input, Mapping):
        return None
    text = next((to_text(shown_input[name]) for name in ("body", "message", "text") if shown_input.get(name)), "")
    subject = to_text(shown_input.get("subject") or shown_input.get("title"))
    if not text and not subject:
        return None
    to = shown_input.get("to") or shown_input.get("channel")
    return ShownMessage(
        to=", ".join(map(to_text, to)) if isinstance(to, list) else to_text(to),
        subject=subject,
        # Everything in it is escaped there.
        body=mark_safe(paragraphs(text[:_LONGEST])),  # noqa: S308
    )
