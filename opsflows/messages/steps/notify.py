"""The step kind that tells people something inside the house."""

from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import Field, field_validator

from opsflows.accounts.models import User
from opsflows.accounts.resolve_recipient import UnknownRecipient, resolve_recipient
from opsflows.messages.addresses import one_or_many
from opsflows.messages.known_names import RECIPIENT
from opsflows.messages.links import link_problem
from opsflows.messages.notify import notify
from opsflows.rules import Problem
from opsflows.workflows import field_looks as looks
from opsflows.workflows.kinds import DatabaseKind, StepConfig, StepContext
from opsflows.workflows.outcomes import Done, Fail, Outcome
from opsflows.workflows.references import Frozen as FrozenReferences
from opsflows.workflows.references import Reference
from opsflows.workflows.registry import register


class NotifyConfig(StepConfig):
    to: list[str] = Field(
        default_factory=list,
        title="Whom",
        description="People, teams, or the names of recipients.",
        json_schema_extra=looks.look(looks.PEOPLE),
    )
    title: str = Field(title="Title", description="What they see first.")
    message: str = Field(
        default="",
        title="Message",
        description="What else there is to say.",
        json_schema_extra=looks.look(looks.LONG_TEXT),
    )
    link: str = Field(
        default="", title="Link", description="A path of this site, such as /admin/, or an address with https://."
    )

    @field_validator("to", mode="before")
    @classmethod
    def _entries(cls, value: Any) -> Any:
        return one_or_many(value)


@register
class NotifyKind(DatabaseKind):
    """Notifies people in the house; what is told commits with the step, once for each person."""

    kind = "notify"
    label = "Notify people here"
    about = "Shows people a notification in OpsFlows."
    icon = "notifications"
    Config = NotifyConfig

    def check(self, config: NotifyConfig, *, path: str) -> list[Problem]:
        message = "Name at least one person: a username, a team, a recipient such as account_owner, or a variable."
        problems = [] if config.to else [Problem(f"{path}.to", message)]
        if not config.title.strip():
            problems.append(Problem(f"{path}.title", "Give the notification a title."))
        if "{{" not in config.link and "{%" not in config.link and (problem := link_problem(config.link)):
            problems.append(Problem(f"{path}.link", problem))
        return problems

    def references(self, config: NotifyConfig) -> Iterator[Reference]:
        for number, name in enumerate(config.to):
            if "{{" not in name and "{%" not in name and "@" not in name:
                yield Reference(RECIPIENT, name, f"to[{number}]")

    def people(self, config: NotifyConfig, references: FrozenReferences) -> Iterable[str]:
        return config.to

    def apply(self, step: StepContext) -> Outcome:
        config: NotifyConfig = step.config
        if problem := link_problem(config.link):
            return Fail(f"link: {problem}")
        if not config.title.strip():
            return Fail("title: it is empty; the variables in it were.")
        try:
            people = _people(step)
        except UnknownRecipient as error:
            return Fail(f"to: {error}")
        if not people:
            return Fail("to: nobody who works here is meant; only members can be notified.")
        notify(
            account_id=step.account_id,
            users=people,
            title=config.title,
            body=config.message,
            link=config.link,
            key=step.key,
            now=step.clock.now,
        )
        return Done(output={"notified": [person.username for person in people]})


def _people(step: StepContext) -> list[User]:
    found: dict[User, None] = {}
    for name in step.config.to:
        resolved = resolve_recipient(account_id=step.account_id, name=name, data=step.event_data)
        found |= dict.fromkeys(resolved.people)
    return list(found)
