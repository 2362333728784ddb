"""Mail: one message a task, its reminders in the same thread, and to who asked, how it ended."""

import smtplib
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from opsflows.approvals.deliver.results import Passing, Refused
from opsflows.approvals.deliver.words import Letter, outcome_letter, task_letter
from opsflows.approvals.models import ApprovalMessage
from opsflows.messages.addresses import is_address

Purpose = ApprovalMessage.Purpose


def send_mail(message: ApprovalMessage, now: datetime) -> Mapping[str, Any] | None:
    """Send it; a repeat bears the same Message-ID. Raises what results.py names."""
    if not is_address(message.address):
        raise Refused("This is no email address.")
    letter = outcome_letter(message) if message.purpose == Purpose.OUTCOME else task_letter(message, now=now)
    _hand_over(_mail(message, letter))
    return None


def _mail(message: ApprovalMessage, letter: Letter) -> EmailMultiAlternatives:
    own, first = message_id(message), thread_id(message)
    headers = {
        "Message-ID": own,
        "Auto-Submitted": "auto-generated",
        # Notes of absence would go to nobody.
        "X-Auto-Response-Suppress": "OOF, AutoReply",
    }
    if own != first:
        headers |= {"In-Reply-To": first, "References": first}
    mail = EmailMultiAlternatives(
        subject=letter.subject,
        body=render_to_string(f"approvals_mail/{letter.template}.txt", letter.context),
        to=[message.address],
        headers=headers,
    )
    # No Reply-To: an answer quotes the links that decide, and whoever asks must not get them.
    mail.attach_alternative(render_to_string(f"approvals_mail/{letter.template}.html", letter.context), "text/html")
    return mail


def message_id(message: ApprovalMessage) -> str:
    """The same however often it is sent."""
    if message.purpose == Purpose.ASK:
        return thread_id(message)
    kind = "reminder" if message.purpose == Purpose.REMIND else "outcome"
    return f"<approval.{kind}.{message.pk}@{_host()}>"


def thread_id(message: ApprovalMessage) -> str:
    """The first message of the thread: of a task, the question; of a request, what its outcomes belong to."""
    if message.purpose == Purpose.OUTCOME:
        return f"<approval.request.{message.request_id}@{_host()}>"
    return f"<approval.task.{message.task_id}@{_host()}>"


def _host() -> str:
    return urlsplit(settings.PUBLIC_URL).hostname or "localhost"


def _hand_over(mail: EmailMultiAlternatives) -> None:
    """Give it to the mail server. What is raised says what the server answered, never what was in the mail."""
    try:
        mail.send()
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        text = f"The mail server refused the recipient ({', '.join(map(str, codes))})."
        # Some servers refuse whom they don't know the first time, and take them the next.
        if any(code < 500 for code in codes):
            raise Passing(text) from None
        raise Refused(text) from None
    except smtplib.SMTPAuthenticationError as error:
        raise Passing(f"The mail server did not let us in ({error.smtp_code}).", is_down=True) from None
    except smtplib.SMTPResponseException as error:
        text = f"The mail server answered {error.smtp_code}."
        if error.smtp_code >= 550:
            raise Refused(text) from None
        raise Passing(text) from None
    except (smtplib.SMTPException, OSError) as error:
        raise Passing(f"The mail server could not be reached ({type(error).__name__}).", is_down=True) from None
