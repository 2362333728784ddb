"""The names that rules commonly use, there in every account from its first day, for staff to say who they are."""

from typing import Any

from opsflows.accounts.models import PlatformAccount, Recipient

#: The name, and the event's field that it is; none: nobody yet.
DEFAULTS = {
    "account_owner": "accountOwnerEmail",
    "customer_success": "",
    "engineering_lead": "",
    "sales_leadership": "",
}


def add_default_recipients(account: PlatformAccount) -> None:
    """Give a new account the names that rules commonly use."""
    for name, field in DEFAULTS.items():
        Recipient.objects.create(account=account, name=name, event_field=field)


def on_new_account(sender: Any, instance: PlatformAccount, created: bool, raw: bool, **signal: Any) -> None:
    """After an account is saved, by whatever door it came; fixtures bring their own recipients."""
    if created and not raw:
        add_default_recipients(instance)
