"""`manage.py catalog load`: the events that OpsFlows describes; what staff changed of them stays."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from opsflows.accounts.management.refusals import as_command_errors
from opsflows.events.load_catalog import load_catalog


class Command(BaseCommand):
    help = (
        "The event catalog: `catalog load` adds what is missing and brings up to date what staff left as it was. "
        "`setup` does the same; safe to repeat."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("load", help="Bring the catalog up to date.")

    def handle(self, *args: Any, **options: Any) -> None:
        with as_command_errors():
            loaded = load_catalog()
        self.stdout.write(
            f"Catalog: {loaded.added} new, {loaded.updated} brought up to date, {loaded.kept} fields left as staff "
            "changed them."
        )
