"""How tags are spelled, and which ones a row bears."""

from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import ValidationError

from opsflows.records.models import Record, Tag, Task

LONGEST = 100
MOST = 50


def clean_tags(names: Iterable[str]) -> list[str]:
    """`names` in small letters with single spaces, each once, in order; a form error for one that is too long."""
    cleaned = dict.fromkeys(" ".join(name.split()).lower() for name in names)
    cleaned.pop("", None)
    if long := next((name for name in cleaned if len(name) > LONGEST), None):
        raise ValidationError({"tags": f"A tag has at most {LONGEST} characters: “{long[:40]}…” has more."})
    if len(cleaned) > MOST:
        raise ValidationError({"tags": f"At most {MOST} tags are possible on one row."})
    return list(cleaned)


def tags_of(row: Record | Task) -> set[str]:
    """The tags that `row` bears."""
    return set(row.tags.order_by().values_list("name", flat=True))


def put_tags(row: Record | Task, names: Iterable[str], now: datetime) -> None:
    """Put tags (cleaned, new to the row) on `row`, one by one: history is written row by row."""
    place = {"record": row} if isinstance(row, Record) else {"task": row}
    for name in names:
        Tag.objects.create(account_id=row.account_id, name=name, created_at=now, **place)
