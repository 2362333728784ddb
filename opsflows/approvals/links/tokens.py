"""The links that are mailed: a random token for one task, of which only the hash is kept."""

import hashlib
import secrets
from datetime import datetime, timedelta

from opsflows.approvals.models import ApprovalTask, ApprovalToken

#: Longer than any deadline that makes sense; the task itself decides whether the link still does something.
GOOD_FOR = timedelta(days=90)


def make_token(task: ApprovalTask, *, now: datetime) -> str:
    """A new token for `task`: 256 random bits. It is not kept and cannot be found again; mail it at once."""
    raw = secrets.token_urlsafe(32)
    ApprovalToken.objects.create(task=task, token_hash=hash_of(raw), created_at=now, expires_at=now + GOOD_FOR)
    return raw


def find_token(raw: str) -> ApprovalToken | None:
    """What the link was for, also where it is used or expired; None for a token that nobody was given."""
    if not 20 <= len(raw) <= 100:
        return None
    rows = ApprovalToken.objects.select_related("task__request", "task__round", "task__level", "task__user")
    return rows.filter(token_hash=hash_of(raw)).first()


def hash_of(raw: str) -> str:
    """The token's hash; plain SHA-256 is enough for 256 random bits."""
    return hashlib.sha256(raw.encode("utf-8")).hexdigest()
