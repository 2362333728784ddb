"""The step kinds that write to people: email and Slack. Both are repeat-safe by declaration (architecture, law 2)."""

import smtplib
from email.utils import parseaddr
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from pydantic import Field, field_validator

from opsflows.jsontext import dump_json
from opsflows.outbound import OutboundError, OutboundRequest, check_url, client, redact_url
from opsflows.rules import Problem
from opsflows.workflows.kinds import Frozen, OutsideKind, StepConfig, StepContext
from opsflows.workflows.outcomes import Done, Fail, Outcome, Retry
from opsflows.workflows.registry import register


class EmailConfig(StepConfig):
    to: list[str] = Field(default_factory=list, description="Recipients.")
    subject: str = ""
    body: str = Field(default="", description="The text of the message.")
    template: str = Field(default="", description="A named text; not available yet, give subject and body.")

    @field_validator("to", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        """One address, several in one text, or a list; variables that turned out empty fall away."""
        parts = value.split(",") if isinstance(value, str) else [] if value is None else value
        if not isinstance(parts, list):
            return value
        stripped = [part.strip() if isinstance(part, str) else part for part in parts]
        return [part for part in stripped if part not in ("", None)]


@register
class EmailKind(OutsideKind):
    """Sends an email. A repeat after a crash carries the same Message-ID, so mail programs show it once."""

    kind = "email"
    label = "Send an email"
    icon = "mail"
    step_type = "email"
    Config = EmailConfig

    def check(self, config: EmailConfig, *, path: str) -> list[Problem]:
        problems = [] if config.to else [Problem(f"{path}.to", "Name at least one recipient.")]
        if not config.subject:
            problems.append(Problem(f"{path}.subject", "Give the message a subject."))
        if config.template and not config.body:
            message = "Named templates come later; until then give the message its own `subject` and `body`."
            problems.append(Problem(f"{path}.template", message))
        problems += [
            Problem(f"{path}.to[{number}]", f"{address!r} is not an email address.")
            for number, address in enumerate(config.to)
            if "{{" not in address and not _is_address(address)
        ]
        return problems

    def freeze(self, step: StepContext) -> Frozen:
        config: EmailConfig = step.config
        to = [address for address in config.to if address]
        if not to:
            raise ValueError("to: there is no recipient; the variable that names it was empty.")
        for address in to:
            if not _is_address(address):
                raise ValueError(f"to: {address!r} is not an email address.")
        host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
        request = {
            "to": to,
            "subject": " ".join(config.subject.split())[:900],
            "body": config.body,
            "message_id": f"<{step.key}@{host}>",
        }
        return Frozen(request=request, shown=request, timeout=settings.EMAIL_TIMEOUT, repeat_safe=True)

    def call(self, frozen: Frozen, *, key: str) -> Outcome:
        request = frozen.request
        message = EmailMultiAlternatives(
            subject=request["subject"],
            body=request["body"],
            to=request["to"],
            headers={"Message-ID": request["message_id"], "Auto-Submitted": "auto-generated"},
        )
        try:
            message.send()
        except smtplib.SMTPRecipientsRefused as error:
            return Fail(f"The mail server refused the recipients: {', '.join(error.recipients)}.")
        except smtplib.SMTPResponseException as error:
            text = f"The mail server answered {error.smtp_code}."
            return Fail(text) if error.smtp_code >= 550 else Retry(text)
        except (smtplib.SMTPException, OSError) as error:
            return Retry(f"The mail server could not be reached: {error}")
        return Done(output={"to": request["to"], "message_id": request["message_id"]})


def _is_address(text: str) -> bool:
    name, _, domain = parseaddr(text)[1].partition("@")
    return bool(name and domain) and not any(character in text for character in "\r\n")


class SlackConfig(StepConfig):
    message: str
    channel: str = Field(default="", description="Where the address allows to choose one.")
    webhook_url: str = Field(default="", description="Slack's incoming webhook; empty: the one of this installation.")


@register
class SlackKind(OutsideKind):
    """Posts to Slack through an incoming webhook."""

    kind = "slack"
    label = "Send a Slack message"
    icon = "chat"
    Config = SlackConfig

    def check(self, config: SlackConfig, *, path: str) -> list[Problem]:
        if not config.webhook_url or "{{" in config.webhook_url:
            return []
        problem = check_url(config.webhook_url)
        return [Problem(f"{path}.webhook_url", problem)] if problem else []

    def freeze(self, step: StepContext) -> Frozen:
        config: SlackConfig = step.config
        url = config.webhook_url or settings.SLACK_WEBHOOK_URL
        if not url:
            raise ValueError("webhook_url: there is no Slack address; give one here or set SLACK_WEBHOOK_URL.")
        message = {"text": config.message, **({"channel": config.channel} if config.channel else {})}
        return Frozen(
            request={"url": url, "body": dump_json(message)},
            shown={"url": redact_url(url), **message},
            timeout=20,
            repeat_safe=True,
        )

    def call(self, frozen: Frozen, *, key: str) -> Outcome:
        request = OutboundRequest(
            method="POST",
            url=frozen.request["url"],
            headers={"Content-Type": "application/json", "Idempotency-Key": key},
            body=frozen.request["body"].encode("utf-8"),
            timeout=frozen.timeout,
        )
        try:
            response = client().send(request, repeat_safe=True)
        except OutboundError as error:
            return Retry(error.detail) if error.retryable else Fail(error.detail)
        if response.status == 200:
            return Done(output={"answer": response.text(200)})
        text = f"Slack answered {response.status}: {response.text(200)}"
        return Retry(text) if response.status >= 500 or response.status == 429 else Fail(text)
