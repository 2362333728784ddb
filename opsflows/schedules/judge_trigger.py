"""What is wrong with a workflow's trigger of kind `schedule`, said before it is published."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError

from opsflows.accounts.models import check_zone
from opsflows.rules import Clock
from opsflows.schedules.content import content_problems
from opsflows.schedules.cron import CronError, checked_cron
from opsflows.schedules.words import in_words
from opsflows.workflows.graph import SCHEDULE
from opsflows.workflows.triggers import judges, tells

#: Texts are rendered once to be looked through; at which moment makes no difference to what is wrong with them.
_A_DAY = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@judges(SCHEDULE)
def judge(config: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What stands in the way of publishing, by field."""
    yield from _cron_problems(config.get("cron"))
    zone = config.get("zone")
    if zone is not None and not isinstance(zone, str):
        yield "zone", "Must be the name of a time zone, such as Europe/Berlin; leave it empty for the account's."
        return
    try:
        if zone:
            check_zone(zone)
    except ValidationError as error:
        yield "zone", " ".join(error.messages)
        return
    if (data := config.get("data")) is not None:
        clock = Clock(_A_DAY, ZoneInfo(zone or "UTC"))
        for problem in content_problems(data, name="", clock=clock):
            yield problem.path, problem.message


@tells(SCHEDULE)
def tell(config: Mapping[str, Any]) -> str:
    """The configuration in words: `Monday to Friday at 09:00 (Europe/Berlin)`."""
    cron, zone = config.get("cron"), config.get("zone")
    if not isinstance(cron, str) or not cron.strip():
        return ""
    try:
        sentence = in_words(checked_cron(cron))
    except CronError:
        sentence = f"By the cron text {cron}"
    return f"{sentence} ({zone or 'the account’s time'})"


def _cron_problems(cron: Any) -> Iterator[tuple[str, str]]:
    if cron is None or cron == "":
        yield "cron", "This field is required; say when, for example 0 9 * * 1-5 for Monday to Friday at 09:00."
    elif not isinstance(cron, str):
        yield "cron", "Must be text: minute, hour, day of the month, month, weekday, such as 0 9 * * 1-5."
    else:
        try:
            checked_cron(cron)
        except CronError as error:
            yield "cron", str(error)
