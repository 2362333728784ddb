"""Whom an email goes to: addresses as they are, and names that staff said who they stand for."""

import uuid
from collections.abc import Iterable
from email.utils import parseaddr
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from opsflows.accounts.resolve_recipient import UnknownRecipient, resolve_recipient


def one_or_many(value: Any) -> Any:
    """One entry, several in one text, or a list, as a list; variables that turned out empty fall away.

    What is neither comes back as it is, for validation to refuse.
    """
    parts = [value] if isinstance(value, str) else [] if value is None else value
    if not isinstance(parts, list):
        return value
    split: list[Any] = []
    for part in parts:
        # A comma may also stand inside of a quoted name.
        split += part.split(",") if isinstance(part, str) and '"' not in part else [part]
    stripped = [part.strip() if isinstance(part, str) else part for part in split]
    return [part for part in stripped if part not in ("", None)]


def is_address(text: str) -> bool:
    """Whether `text` is an email address, perhaps with a name: `Ada <ada@example.com>`."""
    address = parseaddr(text)[1]
    if any(ord(character) < 32 for character in text) or not (text == address or text.endswith(f"<{address}>")):
        return False
    try:
        validate_email(address)
    except ValidationError:
        return False
    return True


def is_name(text: str) -> bool:
    """Whether `text` can only be somebody's name: neither an address, right or wrong, nor a variable."""
    return "@" not in text and "{{" not in text and "{%" not in text


def all_addresses(
    entries: Iterable[str], *, account_id: uuid.UUID, data: Any, field: str
) -> tuple[list[str], dict[str, list[str]]]:
    """Every address that `entries` stand for, each once, and what the names among them stood for.

    Raises:
        ValueError: an entry is no address, and nobody's name; the message begins with `field`.
    """
    addresses: dict[str, str] = {}
    names: dict[str, list[str]] = {}
    for entry in entries:
        found = [entry] if is_address(entry) else names.setdefault(entry, _behind(entry, account_id, data, field))
        addresses |= {address.casefold(): address for address in found if address.casefold() not in addresses}
    return list(addresses.values()), names


def _behind(name: str, account_id: uuid.UUID, data: Any, field: str) -> list[str]:
    if "@" in name:
        raise ValueError(f"{field}: {name[:100]!r} is not an email address.")
    try:
        found = resolve_recipient(account_id=account_id, name=name, data=data)
    except UnknownRecipient as error:
        raise ValueError(f"{field}: {error}") from None
    if not found.addresses:
        raise ValueError(f"{field}: {name!r} is {found.name}, who has no email address here.")
    return list(found.addresses)
