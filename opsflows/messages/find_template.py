"""Message templates by the name that workflows call them."""

import difflib
import uuid
from collections.abc import Mapping
from typing import Any

from django.db.models import Q, QuerySet

from opsflows.messages.models import MessageTemplate
from opsflows.workflows.references import UnknownReference, resolver

#: The kind under which steps refer to a template, and versions keep its text.
TEMPLATE = "template"
_LISTED = 20


def templates_of(account_id: uuid.UUID) -> QuerySet[MessageTemplate]:
    """The account's own templates, and those that came with the house."""
    return MessageTemplate.objects.filter(Q(account=account_id) | Q(account=None))


def find_template(*, account_id: uuid.UUID, name: str) -> MessageTemplate | None:
    """The template that `name` means in the account: its own, else the house's."""
    found = templates_of(account_id).filter(name=name)
    return max(found, key=lambda row: row.account_id is not None, default=None)


def content_of(template: MessageTemplate) -> dict[str, Any]:
    """What a version keeps of a template."""
    return {"subject": template.subject, "body": template.body}


@resolver(TEMPLATE)
def resolve_template(account_id: uuid.UUID, name: str) -> Mapping[str, Any]:
    """The content of a template. Raises `UnknownReference`, with the names that are near."""
    template = find_template(account_id=account_id, name=name)
    if template is None:
        raise UnknownReference(f"There is no message template {name!r}. {_hint(account_id, name)}")
    return content_of(template)


def _hint(account_id: uuid.UUID, name: str) -> str:
    known = sorted(set(templates_of(account_id).values_list("name", flat=True)))
    if near := difflib.get_close_matches(name.lower(), known, n=3):
        return f"Did you mean {' or '.join(map(repr, near))}?"
    if not known:
        return "There is none yet; write one under Workflows, Message templates."
    more = ", …" if len(known) > _LISTED else ""
    return f"Known are {', '.join(known[:_LISTED])}{more}; others are written under Workflows, Message templates."
