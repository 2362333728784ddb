"""Tell people something inside the house."""

import uuid
from collections.abc import Iterable
from datetime import datetime

from opsflows.accounts.models import User
from opsflows.messages.links import link_problem
from opsflows.messages.models import Notification
from opsflows.queue.ids import new_id

MAX_TITLE = 255
MAX_BODY = 10_000


def notify(
    *,
    account_id: uuid.UUID,
    users: Iterable[User],
    title: str,
    body: str = "",
    link: str = "",
    key: str | None = None,
    now: datetime,
) -> None:
    """A notification for each of `users`, in the caller's transaction; texts that are too long are cut.

    With a `key`, saying the same thing again tells nobody twice.

    Raises:
        ValueError: the link leads elsewhere than to a page of this site or to an address of the web.
    """
    if problem := link_problem(link):
        raise ValueError(problem)
    rows = [
        Notification(
            id=new_id(),
            account_id=account_id,
            user=user,
            title=_cut(" ".join(title.split()), MAX_TITLE),
            body=_cut(body, MAX_BODY),
            link=link,
            created_at=now,
            origin_key=key,
        )
        for user in dict.fromkeys(users)
    ]
    Notification.objects.bulk_create(rows, ignore_conflicts=key is not None)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
