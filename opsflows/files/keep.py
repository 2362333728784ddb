"""Files that people put into the account's storage, take out of it, and look at."""

import uuid
from dataclasses import replace
from datetime import datetime
from typing import IO, Any

from django.core.exceptions import ValidationError

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.audit.record import record
from opsflows.files.configure import largest_bytes, store_of
from opsflows.files.names import BadName, checked_folder, checked_name
from opsflows.files.reserved import is_reserved, reserved_problem
from opsflows.files.store import Content, FileProblem, Listing, NotThere


def list_files(*, actor: Actor, folder: str) -> Listing:
    """What lies in a folder of the actor's account; empty for the account's own.

    Raises:
        Forbidden: the actor may not.
        ValidationError: there can be no such folder, or the storage does not answer.
    """
    actor.require(Permission.WORKFLOWS_READ)
    try:
        checked = checked_folder(folder)
        if is_reserved(checked):
            raise BadName(reserved_problem(checked))
        listing = store_of(actor.account_id).listing(checked)
    except (BadName, FileProblem) as error:
        raise ValidationError(str(error)) from None
    return replace(listing, folders=[each for each in listing.folders if not is_reserved(each)])


def open_file(*, actor: Actor, name: str) -> Content:
    """A file of the actor's account.

    Raises:
        Forbidden: the actor may not.
        NotThere: there is no such file.
        ValidationError: the storage does not answer.
    """
    actor.require(Permission.WORKFLOWS_READ)
    try:
        checked = checked_name(name)
        if is_reserved(checked):
            raise ValidationError(reserved_problem(checked))
        return store_of(actor.account_id).open(checked)
    except BadName:
        raise NotThere(name) from None
    except NotThere:
        raise
    except FileProblem as error:
        raise ValidationError(str(error)) from None


def upload_file(*, actor: Actor, name: str, content: IO[bytes], now: datetime) -> int:
    """Keep what `content` holds under `name`, in place of what was there; how many bytes.

    Raises:
        Forbidden: the actor may not.
        ValidationError: by field: `name`, `file`.
    """
    actor.require(Permission.WORKFLOWS_WRITE)
    try:
        checked = _own_name(name)
    except BadName as error:
        raise ValidationError({"name": str(error)}) from None
    # One byte more shows that it is too large, which the store then says.
    held = content.read(largest_bytes() + 1)
    return _change(actor, checked, "file.uploaded", held, field="file", now=now)


def delete_file(*, actor: Actor, name: str, now: datetime) -> None:
    """Delete a file of the actor's account.

    Raises:
        Forbidden: the actor may not.
        ValidationError: there can be no such file, or the storage refuses.
    """
    actor.require(Permission.WORKFLOWS_WRITE)
    try:
        checked = _own_name(name)
    except BadName as error:
        raise ValidationError({"name": str(error)}) from None
    _change(actor, checked, "file.deleted", None, field="name", now=now)


def _own_name(name: str) -> str:
    checked = checked_name(name)
    if is_reserved(checked):
        raise BadName(reserved_problem(checked))
    return checked


def _change(actor: Actor, name: str, action: str, content: bytes | None, *, field: str, now: datetime) -> int:
    """First the file, then the entry: the storage is slow, and a transaction would hold up others meanwhile."""
    seen: dict[str, Any] = {}

    def change(before: bytes | None) -> bytes | None:
        seen["before"] = before
        return content

    try:
        size = store_of(actor.account_id).change(name, change, key=f"person {uuid.uuid4()}", at=now) or 0
    except FileProblem as error:
        raise ValidationError({field: str(error)}) from None
    detail = {"name": name, "bytes": len(seen["before"] or b"") if content is None else size}
    if content is not None:
        detail["replaced"] = seen["before"] is not None
    record(actor=actor, action=action, detail=detail, now=now)
    return size
