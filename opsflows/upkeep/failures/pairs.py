"""Whose turn it is to be told: one mail for each workflow and address, and a quarter of an hour between two of them."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery

from opsflows.queue.ids import new_id
from opsflows.runs.models import FailureNotice

#: Between two mails about a workflow to one address.
QUIET = timedelta(minutes=15)
#: What could not be told for so long is told by the daily summary alone.
GIVEN_UP = timedelta(days=1)
#: Pairs looked at for one piece.
_MOST = 500


@dataclass(frozen=True, slots=True, order=True)
class Pair:
    """A workflow, and somebody who is told of its failures."""

    workflow_id: uuid.UUID
    address: str

    @property
    def notices(self) -> QuerySet[FailureNotice]:
        """What this address is to be told."""
        return FailureNotice.objects.filter(workflow=self.workflow_id, address=self.address, sent_at__isnull=True)


def next_pair(*, tried: Collection[Pair], now: datetime) -> Pair | None:
    """The next one that is to be told and was not told within `QUIET`, apart from those that were `tried`."""
    told = FailureNotice.objects.filter(
        workflow=OuterRef("workflow"), address=OuterRef("address"), sent_at__isnull=False
    )
    last = Subquery(told.order_by("-sent_at").values("sent_at")[:1])
    pending = FailureNotice.objects.filter(sent_at__isnull=True, failed_at__gt=now - GIVEN_UP)
    pairs = pending.order_by("workflow", "address").values_list("workflow", "address").distinct().annotate(last=last)
    due = pairs.filter(Q(last=None) | Q(last__lte=now - QUIET))
    found = (Pair(workflow_id, address) for workflow_id, address, _ in due[:_MOST])
    return next((pair for pair in found if pair not in tried), None)


def begin_mail(pair: Pair) -> uuid.UUID | None:
    """The mail that tells the pair what there is to tell, or the one that was begun before; None: nothing is left.

    Committed before it is sent: after a crash the same mail is sent again, and what failed since comes with the next.
    """
    with transaction.atomic():
        begun = pair.notices.filter(mail_id__isnull=False).values_list("mail_id", flat=True).first()
        if begun is not None:
            return begun
        mail_id = new_id()
        return mail_id if pair.notices.filter(mail_id__isnull=True).update(mail_id=mail_id) else None


def end_mail(mail_id: uuid.UUID, pair: Pair, *, now: datetime) -> None:
    """The mail is on its way."""
    pair.notices.filter(mail_id=mail_id).update(sent_at=now)


def give_up_old(*, now: datetime) -> int:
    """Forget what could not be told in time; how many."""
    old = FailureNotice.objects.filter(sent_at__isnull=True, failed_at__lte=now - GIVEN_UP)
    return int(old._raw_delete(using="default"))
