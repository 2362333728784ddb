"""`manage.py apikey create NAME --account SLUG --user NAME`: prints the key, which is shown this once."""

import datetime
from argparse import ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from opsflows.accounts.actor import command_actor
from opsflows.accounts.find import find_account, find_member
from opsflows.accounts.issue_key import issue_key
from opsflows.accounts.management.refusals import as_command_errors
from opsflows.accounts.models import PlatformAccount
from opsflows.accounts.roles import Permission


def moment(text: str) -> datetime.datetime:
    """A moment, or the end of a day; without an offset it is meant in the account's time zone (see `_placed`)."""
    try:
        if len(text) == len("2030-12-31"):
            day = datetime.date.fromisoformat(text) + datetime.timedelta(days=1)
            return datetime.datetime(day.year, day.month, day.day)  # noqa: DTZ001  (placed in the account's zone)
        return datetime.datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise ArgumentTypeError(
            f"{text!r} is not a date; use 2030-12-31 (good until the end of that day) or 2030-12-31T18:00."
        ) from None


def scopes(text: str) -> list[str]:
    """Permissions, separated by commas."""
    return [scope.strip() for scope in text.split(",") if scope.strip()]


class Command(BaseCommand):
    help = "API keys: `apikey create` makes one that acts as a person and prints it. Each run makes another key."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        create = verbs.add_parser("create", help="Create a key; it is shown this once.")
        create.add_argument("name", metavar="NAME", help="What the key is for.")
        create.add_argument("--account", metavar="SLUG", required=True)
        create.add_argument("--user", metavar="NAME", required=True, help="Whom it acts as.")
        create.add_argument(
            "--scopes", metavar="A,B", type=scopes, help=f"Narrow it to: {', '.join(Permission.values)}."
        )
        create.add_argument("--expires", metavar="DATE", type=moment, help="2030-12-31 or 2030-12-31T18:00.")
        create.add_argument(
            "--deduplicate-by-content",
            action="store_true",
            help="Events sent without an Idempotency-Key are the same when type, source and payload are equal.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        with as_command_errors():
            account = find_account(options["account"])
            issued = issue_key(
                actor=command_actor(account.pk),
                account=account,
                user=find_member(options["user"], account=account),
                name=options["name"],
                scopes=options["scopes"],
                expires_at=_placed(options["expires"], account),
                deduplicate_by_content=options["deduplicate_by_content"],
                now=timezone.now(),
            )
        self.stdout.write(issued.text)


def _placed(when: datetime.datetime | None, account: PlatformAccount) -> datetime.datetime | None:
    return when.replace(tzinfo=account.zone) if when is not None and when.tzinfo is None else when
