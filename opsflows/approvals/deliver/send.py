"""The job that sends what people are to be told: one message a piece, so that an interruption repeats one at most."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import DatabaseError, InterfaceError

from opsflows.approvals.deliver.mail import send_mail
from opsflows.approvals.deliver.needed import check_needed
from opsflows.approvals.deliver.outbox import (
    hold_back,
    note_again,
    note_dropped,
    note_refused,
    note_sent,
    take_next,
)
from opsflows.approvals.deliver.results import NotNeeded, Passing, Refused
from opsflows.approvals.deliver.slack import send_slack
from opsflows.approvals.deliver.teams import send_teams
from opsflows.approvals.models import ApprovalMessage
from opsflows.queue.job_kinds import Progress, Slice

logger = logging.getLogger(__name__)

Channel = ApprovalMessage.Channel

#: Send it; the answer is how it can be edited later. Raises what results.py names.
_SENDERS: Mapping[str, Callable[[ApprovalMessage, datetime], Mapping[str, Any] | None]] = {
    Channel.EMAIL: send_mail,
    Channel.SLACK: send_slack,
    Channel.TEAMS: send_teams,
}


def deliver(piece: Slice) -> Progress:
    """Send the message that has been due for longest; of one account, where the job is one's.

    Killed between sending and noting, it leaves the message to be sent once more: mails carry the same Message-ID then.
    """
    state: dict[str, Any] = dict(piece.state) or {"sent": 0, "not_sent": 0}
    message = take_next(account_id=piece.account_id, now=piece.now)
    if message is not None:
        state["sent" if _send(message, piece.now) else "not_sent"] += 1
    return Progress(message is None, state, done=state["sent"], note="messages", result=state)


def _send(message: ApprovalMessage, now: datetime) -> bool:
    """Whether it is on its way."""
    try:
        check_needed(message)
        answer = _SENDERS[message.channel](message, now)
    except NotNeeded as why:
        note_dropped(message, str(why))
    except Refused as why:
        note_refused(message, str(why), now=now)
    except Passing as why:
        note_again(message, str(why), after=why.after, now=now)
        if why.is_down:
            hold_back(message, now=now)
    except (DatabaseError, InterfaceError):
        raise
    except Exception as error:
        # A message that cannot be written must not keep back the others.
        logger.exception("Message %s of an approval could not be sent.", message.pk)
        note_again(message, f"It could not be written ({type(error).__name__}).", after=None, now=now)
    else:
        note_sent(message, answer, now=now)
        return True
    return False
