"""The job that mails failures: one mail a piece, so that an interruption repeats one mail at most."""

import smtplib
import uuid
from typing import Any

from opsflows.accounts.models import PlatformAccount
from opsflows.messages.html import to_html
from opsflows.queue.job_kinds import Progress, Slice
from opsflows.runs.models import FailureNotice
from opsflows.upkeep.failures.pairs import QUIET, Pair, begin_mail, end_mail, give_up_old, next_pair
from opsflows.upkeep.failures.words import MOST_READ, Failures, subject, text
from opsflows.upkeep.mail import send_mail
from opsflows.workflows.models import Workflow


def mail_failures(piece: Slice) -> Progress:
    """Tell the next one who is to be told.

    Raises:
        OSError: the mail server cannot be reached; the job is tried again.
    """
    state: dict[str, Any] = dict(piece.state) or {"tried": [], "sent": 0, "refused": 0}
    if not state["tried"]:
        give_up_old(now=piece.now)
    tried = {Pair(uuid.UUID(workflow_id), address) for workflow_id, address in state["tried"]}
    pair = next_pair(tried=tried, now=piece.now)
    if pair is not None:
        state["tried"] = [*state["tried"], [str(pair.workflow_id), pair.address]]
        outcome = _tell(pair, piece)
        if outcome:
            state[outcome] += 1
    result = {"sent": state["sent"], "refused": state["refused"]}
    return Progress(pair is None, state, done=state["sent"], note="failures of runs", result=result)


def _tell(pair: Pair, piece: Slice) -> str | None:
    """`sent` or `refused`; None where there is nothing to tell, or where it is tried again later."""
    mail_id = begin_mail(pair)
    if mail_id is None:
        return None
    told = _failures(pair, mail_id)
    body = text(told)
    try:
        taken = send_mail(
            to=[pair.address], subject=subject(told), text=body, html=to_html(body), name=f"failure.{mail_id}"
        )
    except smtplib.SMTPServerDisconnected:
        raise
    except smtplib.SMTPException:
        # It does not take this one, and may take the others.
        return None
    end_mail(mail_id, pair, now=piece.now)
    return "sent" if taken else "refused"


def _failures(pair: Pair, mail_id: uuid.UUID) -> Failures:
    notices = FailureNotice.objects.filter(workflow=pair.workflow_id, address=pair.address, mail_id=mail_id)
    workflow = Workflow.every.only("workflow_name", "account_id").get(pk=pair.workflow_id)
    return Failures(
        account=PlatformAccount.objects.get(pk=workflow.account_id),
        workflow_id=pair.workflow_id,
        workflow=workflow.workflow_name,
        times=notices.count(),
        latest=list(notices.order_by("-failed_at", "-id")[:MOST_READ]),
        quiet=QUIET,
    )
