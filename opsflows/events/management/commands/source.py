"""`manage.py source create NAME --account SLUG --connector PRESET --secret SECRET`: prints the path to send to."""

from argparse import ArgumentTypeError
from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from connectors.registry import presets
from opsflows.accounts.actor import command_actor
from opsflows.accounts.find import find_account
from opsflows.accounts.management.refusals import as_command_errors
from opsflows.events.create_source import create_source, known_preset
from opsflows.events.models import Source


def pair(text: str) -> tuple[str, str]:
    """One option of a preset as it is written on the command line."""
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise ArgumentTypeError(f"{text!r} is not KEY=VALUE, such as header=X-Signature.")
    return name, value


class Command(BaseCommand):
    help = "Sources: `source create` makes an address for one vendor's webhooks and prints its path."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        create = verbs.add_parser("create", help="Create a source; its path is secret.")
        create.add_argument("name", metavar="NAME", help="What the source is called in lists.")
        create.add_argument("--account", metavar="SLUG", required=True)
        known = ", ".join(preset.name for preset in presets())
        create.add_argument("--connector", metavar="PRESET", required=True, help=f"How the vendor signs: {known}.")
        create.add_argument("--secret", metavar="SECRET", required=True, help="What the vendor signs with.")
        create.add_argument(
            "--option", metavar="KEY=VALUE", type=pair, action="append", default=[], help="A setting of the preset."
        )
        create.add_argument(
            "--event-name",
            metavar="INCOMING=OURS",
            type=pair,
            action="append",
            default=[],
            help="What an incoming event is called here, such as invoice.paid=payment.success.",
        )
        create.add_argument(
            "--allow", metavar="NETWORK", action="append", default=[], help="Take requests only from here."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        name: str = options["name"]
        with as_command_errors():
            account = find_account(options["account"])
            existing = Source.objects.filter(account=account, name=name.strip()).first()
            if existing is not None:
                raise CommandError(f"A source {existing.name!r} exists already in {account.slug}, at {existing.path}.")
            source = create_source(
                actor=command_actor(account.pk),
                account=account,
                name=name,
                connector=options["connector"],
                secret=options["secret"],
                options=_typed(options["option"], connector=options["connector"]),
                event_names=dict(options["event_name"]),
                allowed_networks=options["allow"],
                now=timezone.now(),
            )
        self.stdout.write(source.path)


def _typed(pairs: Iterable[tuple[str, str]], *, connector: str) -> dict[str, str | int]:
    """Settings that the preset declares as numbers become numbers; whatever is no number is refused by the preset."""
    numbers = {option.name for option in known_preset(connector).options if isinstance(option.default, int)}
    return {
        name: int(value) if name in numbers and value.isascii() and value.isdigit() and len(value) < 10 else value
        for name, value in pairs
    }
