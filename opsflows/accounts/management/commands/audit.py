"""`manage.py audit verify [--account SLUG]`: whether the audit trail is as it was written; ends with 1 if not."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from opsflows.accounts.find import find_account
from opsflows.accounts.management.refusals import as_command_errors
from opsflows.accounts.models import PlatformAccount
from opsflows.audit.verify import verify_chain


class Command(BaseCommand):
    help = (
        "The audit trail: `audit verify` walks it and says the first entry that was changed, taken away or put in. "
        "Each line ends with the hash of the last entry; kept elsewhere, it also shows a trail that was forged as a "
        "whole."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verify = verbs.add_parser("verify", help="Check every entry; ends with 1 where one is broken.")
        verify.add_argument("--account", metavar="SLUG", help="Only this account; otherwise all of them.")

    def handle(self, *args: Any, **options: Any) -> None:
        with as_command_errors():
            slug = options["account"]
            accounts = [find_account(slug)] if slug else PlatformAccount.objects.order_by("slug").iterator()
            broken = [account.slug for account in accounts if not self._is_whole(account)]
        if broken:
            raise CommandError(f"Broken: {', '.join(broken)}.")

    def _is_whole(self, account: PlatformAccount) -> bool:
        verdict = verify_chain(account.pk)
        if verdict.problem:
            self.stdout.write(f"{account.slug}: broken behind entry {verdict.number}. {verdict.problem}")
            return False
        ends = f", the last is {verdict.entry_hash}" if verdict.number else ""
        self.stdout.write(f"{account.slug}: {verdict.number} entries hold{ends}")
        return True
