"""The step kind that sends an email."""

import smtplib
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from pydantic import Field, field_validator

from opsflows.messages.addresses import all_addresses, is_address, is_name, one_or_many
from opsflows.messages.find_template import TEMPLATE
from opsflows.messages.html import to_html
from opsflows.messages.known_names import RECIPIENT
from opsflows.messages.render_template import Message, one_line, render_template
from opsflows.rules import Problem
from opsflows.workflows import field_looks as looks
from opsflows.workflows.kinds import Frozen, OutsideKind, StepConfig, StepContext
from opsflows.workflows.outcomes import Done, Fail, Outcome, Retry
from opsflows.workflows.references import Frozen as FrozenReferences
from opsflows.workflows.references import Reference
from opsflows.workflows.registry import register

_PEOPLE = ("to", "cc", "bcc", "replyTo")
_NO_RECIPIENT = (
    "Name at least one recipient. It may be an address, a variable such as {{customerEmail}}, or a name such as "
    "account_owner."
)


class EmailConfig(StepConfig):
    to: list[str] = Field(
        default_factory=list,
        title="To",
        description="Addresses, variables, or the names of recipients.",
        json_schema_extra=looks.look(looks.PEOPLE),
    )
    cc: list[str] = Field(
        default_factory=list,
        title="Copy to",
        description="Who gets a copy.",
        json_schema_extra=looks.look(looks.PEOPLE, more=True),
    )
    bcc: list[str] = Field(
        default_factory=list,
        title="Hidden copy to",
        description="Who gets a copy that the others do not see.",
        json_schema_extra=looks.look(looks.PEOPLE, more=True),
    )
    replyTo: list[str] = Field(  # noqa: N815  (as Rules spells)
        default_factory=list,
        title="Answers go to",
        description="Where answers go.",
        json_schema_extra=looks.look(looks.PEOPLE, more=True),
    )
    template: str = Field(
        default="",
        title="Message template",
        description="A message template, by its name.",
        json_schema_extra=looks.look(looks.MESSAGE_TEMPLATE),
    )
    subject: str = Field(default="", title="Subject", description="Left out, the template's.")
    body: str = Field(
        default="",
        title="Text",
        description="The text of the message. Left out, the template's.",
        json_schema_extra=looks.look(looks.LONG_TEXT),
    )

    _entries = field_validator(*_PEOPLE, mode="before")(one_or_many)


@register
class EmailKind(OutsideKind):
    """Sends an email. A repeat after a crash carries the same Message-ID, so mail programs show it once."""

    kind = "email"
    label = "Send an email"
    about = "Writes to people, with a text of your own or a message template."
    icon = "mail"
    step_type = "email"
    Config = EmailConfig

    def check(self, config: EmailConfig, *, path: str) -> list[Problem]:
        problems = [] if config.to else [Problem(f"{path}.to", _NO_RECIPIENT)]
        if not config.subject and not config.template:
            problems.append(Problem(f"{path}.subject", "Give the message a subject."))
        if "{{" in config.template or "{%" in config.template:
            message = "A template's text is kept when the workflow is published, so its name cannot be a variable."
            problems.append(Problem(f"{path}.template", message))
        problems += [
            Problem(f"{path}.{place}", f"{entry!r} is not an email address.")
            for place, entry in _entries(config)
            if "{{" not in entry and "{%" not in entry and "@" in entry and not is_address(entry)
        ]
        return problems

    def references(self, config: EmailConfig) -> Iterator[Reference]:
        if config.template:
            yield Reference(TEMPLATE, config.template, "template")
        for place, entry in _entries(config):
            if is_name(entry):
                yield Reference(RECIPIENT, entry, place)

    def people(self, config: EmailConfig, references: FrozenReferences) -> Iterator[str]:
        yield from (entry for _, entry in _entries(config))

    def freeze(self, step: StepContext) -> Frozen:
        config: EmailConfig = step.config
        people: dict[str, list[str]] = {}
        names: dict[str, list[str]] = {}
        for field in _PEOPLE:
            people[field], found = all_addresses(
                getattr(config, field), account_id=step.account_id, data=step.event_data, field=field
            )
            names |= found
        if not people["to"]:
            raise ValueError("to: there is no recipient; the variable that names it was empty.")
        message = _message(step)
        host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
        request = {
            **{field: addresses for field, addresses in people.items() if addresses},
            "subject": message.subject,
            "body": message.body,
            "message_id": f"<{step.key}@{host}>",
        }
        shown = {
            **request,
            **({"recipients": names} if names else {}),
            **({"template": config.template} if config.template else {}),
            **({"left_empty": list(message.warnings)} if message.warnings else {}),
        }
        return Frozen(request=request, shown=shown, timeout=settings.EMAIL_TIMEOUT, repeat_safe=True)

    def call(self, frozen: Frozen, *, key: str) -> Outcome:
        request = frozen.request
        message = EmailMultiAlternatives(
            subject=request["subject"],
            body=request["body"],
            to=request["to"],
            cc=request.get("cc"),
            bcc=request.get("bcc"),
            reply_to=request.get("replyTo"),
            headers={"Message-ID": request["message_id"], "Auto-Submitted": "auto-generated"},
        )
        if request["body"].strip():
            message.attach_alternative(to_html(request["body"]), "text/html")
        try:
            message.send()
        except smtplib.SMTPRecipientsRefused as error:
            text = f"The mail server refused the recipients: {', '.join(error.recipients)}."
            # Some servers refuse whom they don't know the first time, and take them the next.
            return Retry(text) if any(code < 500 for code, _ in error.recipients.values()) else Fail(text)
        except smtplib.SMTPResponseException as error:
            text = f"The mail server answered {error.smtp_code}."
            return Fail(text) if error.smtp_code >= 550 else Retry(text)
        except (smtplib.SMTPException, OSError) as error:
            return Retry(f"The mail server could not be reached: {error}")
        return Done(output={"to": request["to"], "message_id": request["message_id"]})


def _entries(config: EmailConfig) -> Iterator[tuple[str, str]]:
    for field in _PEOPLE:
        for number, entry in enumerate(getattr(config, field)):
            yield f"{field}[{number}]", entry


def _message(step: StepContext) -> Message:
    """The step's own texts, and the template's where it gives none."""
    config: EmailConfig = step.config
    content = step.references[TEMPLATE][config.template] if config.template else {"subject": "", "body": ""}
    # What the step gives itself is rendered already, and must not be taken for a template once more.
    asked: dict[str, Any] = {
        "subject": "" if config.subject else content["subject"],
        "body": "" if config.body else content["body"],
    }
    message = render_template(asked, step.scope, step.clock)
    subject = one_line(config.subject) or message.subject
    if not subject:
        raise ValueError("subject: it is empty; the variables in it were.")
    return Message(subject, config.body or message.body, message.warnings)
