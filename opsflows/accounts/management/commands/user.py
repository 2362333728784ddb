"""`manage.py user create NAME:PASSWORD:EMAIL --account SLUG --role ROLE`: prints the person's id."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from opsflows.accounts.find import find_account
from opsflows.accounts.management.join import join
from opsflows.accounts.management.person import FORM, person
from opsflows.accounts.management.refusals import as_command_errors
from opsflows.accounts.roles import Role


class Command(BaseCommand):
    help = "People: `user create` makes one (or finds them), adds them to an account and prints their id."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        create = verbs.add_parser("create", help="Create a person; one who exists keeps their password.")
        create.add_argument("person", metavar=FORM, type=person)
        create.add_argument("--account", metavar="SLUG", required=True)
        create.add_argument("--role", choices=Role.values, required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        with as_command_errors():
            account = find_account(options["account"])
            membership = join(options["person"], account=account, role=options["role"], say=self.stdout.write)
        name, role = membership.user.username, membership.role
        if role != options["role"]:
            raise CommandError(f"{name} is {role} in {account.slug}, not {options['role']}; change it in the admin.")
        self.stdout.write(str(membership.user_id))
