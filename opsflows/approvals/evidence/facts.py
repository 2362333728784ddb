"""Write down what happened to a request, in the transaction in which it happens."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from opsflows.approvals.models import ApprovalFact, ApprovalRequest
from opsflows.approvals.voice import Voice
from opsflows.jsontext import canonical_json
from opsflows.jsontext.plain import plain_numbers


def note_fact(
    request: ApprovalRequest, kind: str, detail: Mapping[str, Any], *, by: Voice | None = None, now: datetime
) -> ApprovalFact:
    """Append a fact; the caller holds the request. Without `by`, the house itself did it."""
    last = ApprovalFact.objects.filter(request=request).order_by("-number").first()
    fact = ApprovalFact(
        request=request,
        number=1 if last is None else last.number + 1,
        at=now,
        kind=kind,
        user_id=by.actor.user_id if by else None,
        who=by.name if by else "",
        door=by.actor.door if by else "system",
        detail=plain_numbers(detail),
        previous_hash="" if last is None else last.fact_hash,
    )
    fact.fact_hash = fact_hash(said(fact))
    fact.save(force_insert=True)
    return fact


def said(fact: ApprovalFact) -> dict[str, Any]:
    """Everything the fact says, as the hash covers it and the evidence bundle shows it."""
    return {
        "request": str(fact.request_id),
        "number": fact.number,
        "at": fact.at.astimezone(UTC).isoformat(),
        "kind": fact.kind,
        "user": str(fact.user_id or ""),
        "who": fact.who,
        "door": fact.door,
        "detail": fact.detail,
        "previous": fact.previous_hash,
    }


def fact_hash(document: Mapping[str, Any]) -> str:
    """SHA-256 over what a fact says, its forerunner's hash included: changing one breaks all that follow."""
    return hashlib.sha256(canonical_json(document).encode("utf-8")).hexdigest()
