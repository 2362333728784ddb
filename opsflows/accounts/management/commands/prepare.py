"""`manage.py prepare`: bring the database and the static files of this machine up to this version."""

from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from opsflows.accounts.management.refusals import as_command_errors


class Command(BaseCommand):
    help = (
        "Migrate, bring what OpsFlows ships (the event catalog, …) up to date where staff left it alone, collect "
        "static files. To be run before the processes of a new version start; safe to repeat."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        with as_command_errors():
            call_command("migrate", interactive=False, verbosity=0, stdout=self.stdout)
            # Not by loaddata, which would undo what staff changed.
            call_command("catalog", "load", stdout=StringIO())
            if fixtures := _fixtures():
                call_command("loaddata", *fixtures, verbosity=0, stdout=self.stdout)
            # Of the two viewers for OpenAPI that come along, one is shown (templates/api/docs.html).
            call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=["redoc"], stdout=self.stdout)
        self.stdout.write("Ready for this version.")


def _fixtures() -> list[str]:
    paths = (path for folder in settings.FIXTURE_DIRS for path in Path(folder).glob("*.json"))
    return sorted(str(path) for path in paths if path.name != "catalog.json")
