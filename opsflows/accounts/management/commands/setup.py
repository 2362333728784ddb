"""`manage.py setup --account SLUG --admin NAME:PASSWORD:EMAIL`: everything a machine needs before its first start."""

from io import StringIO
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from opsflows.accounts.management.join import join
from opsflows.accounts.management.person import FORM, Person, person
from opsflows.accounts.management.refusals import as_command_errors
from opsflows.accounts.models import PlatformAccount
from opsflows.accounts.roles import Role


class Command(BaseCommand):
    help = (
        "Migrate, load the catalog, collect static files, create the account and its administrator where they are "
        "missing. Safe to repeat: accounts and people that exist are left as they are. Prints the account's id."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--account", metavar="SLUG", required=True)
        parser.add_argument("--admin", metavar=FORM, type=person, required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        with as_command_errors():
            account = _account(options["account"])
            call_command("prepare", stdout=StringIO())
            account = self._kept(account)
            self._admitted(options["admin"], account)
        self.stdout.write(str(account.pk))

    def _kept(self, wanted: PlatformAccount) -> PlatformAccount:
        account, created = PlatformAccount.objects.get_or_create(slug=wanted.slug, defaults={"name": wanted.name})
        self.stdout.write(f"The account {account.slug} {'was created' if created else 'exists already'}.")
        return account

    def _admitted(self, admin: Person, account: PlatformAccount) -> None:
        membership = join(admin, account=account, role=Role.ADMIN, is_superuser=True, say=self.stdout.write)
        if membership.role != Role.ADMIN:
            self.stdout.write(f"{admin.username} stays {membership.role} in {account.slug}; change it in the admin.")


def _account(slug: str) -> PlatformAccount:
    """An account as it would be created; refused before anything is done if the slug is none."""
    account = PlatformAccount(slug=slug, name=" ".join(slug.replace("_", "-").split("-")).title())
    account.clean_fields()
    return account
