"""Find accounts and people by the names that commands are given, with refusals that list what there is."""

from collections.abc import Iterable

from django.db.models import Model, QuerySet

from opsflows.accounts.models import PlatformAccount, User

_LISTED = 20


class UnknownName(LookupError):  # noqa: N818  (reads as the answer it becomes)
    """Nothing has this name; the message lists the names there are."""


def find_account(slug: str) -> PlatformAccount:
    """The account `slug`. Raises `UnknownName`."""
    account = PlatformAccount.objects.filter(slug=slug).first()
    if account is None:
        known = _names(PlatformAccount.objects.order_by("slug"), "slug")
        hint = _list(known, "There is none yet; run manage.py setup.")
        raise UnknownName(f"There is no account {slug!r}. {hint}")
    return account


def find_member(username: str, *, account: PlatformAccount) -> User:
    """The person `username`, who is a member of `account`. Raises `UnknownName`."""
    members = User.objects.filter(memberships__account=account)
    user = members.filter(username=username).first()
    if user is None:
        known = _names(members.order_by("username"), "username")
        hint = _list(known, "It has none yet; run manage.py user create.")
        raise UnknownName(f"{username!r} is not a member of {account.slug}. {hint}")
    return user


def _names(rows: QuerySet[Model], field: str) -> list[str]:
    return [str(name) for name in rows.values_list(field, flat=True)[: _LISTED + 1]]


def _list(known: Iterable[str], otherwise: str) -> str:
    names = list(known)
    if not names:
        return otherwise
    return f"Known: {', '.join(names[:_LISTED])}{', …' if len(names) > _LISTED else '.'}"
