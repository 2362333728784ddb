"""Keep the files of a submission among the account's files."""

import hashlib
import re
import unicodedata
import uuid
from collections.abc import Mapping
from datetime import datetime
from pathlib import PurePosixPath
from typing import IO, Any, Final

from django.core.exceptions import ValidationError

from opsflows.files.configure import largest_bytes, store_of
from opsflows.files.names import MAX_PART, name_problem
from opsflows.files.store import FileProblem

#: What `checked_name` would refuse in a part of a name.
_UNFIT: Final = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f-\x9f]+')
_LONGEST_ENDING: Final = 12


def keep_files(
    *, account_id: uuid.UUID, form_id: uuid.UUID, files: Mapping[str, Any], now: datetime
) -> dict[str, dict[str, Any]]:
    """Store uploaded files, by key; each as {name, size, sha256, stored_as}.

    The same file of a form lies there once, under a name that holds its hash. Not in a transaction: storage is slow,
    and a file that nothing points to does no harm.

    Raises:
        ValidationError: by key, where the storage refuses.
    """
    return {key: _keep(account_id, form_id, key, each, now) for key, each in files.items()}


def _keep(account_id: uuid.UUID, form_id: uuid.UUID, key: str, file: IO[bytes], now: datetime) -> dict[str, Any]:
    held = file.read(largest_bytes() + 1)
    digest = hashlib.sha256(held).hexdigest()
    name = shown_name(str(file.name))
    stored_as = f"forms/{form_id}/{digest}/{safe_name(name)}"
    try:
        # A key of its own each time: what somebody deleted meanwhile is to be there again.
        store_of(account_id).change(stored_as, lambda _: held, key=f"form {uuid.uuid4()}", at=now)
    except FileProblem as error:
        raise ValidationError({key: str(error)}) from None
    return {"name": name, "size": len(held), "sha256": digest, "stored_as": stored_as}


def shown_name(name: str) -> str:
    """What people call the file."""
    last = PurePosixPath(name.replace("\\", "/")).name
    plain = "".join(sign for sign in last if sign.isprintable()).strip()
    return plain[:200] or "file"


def safe_name(name: str) -> str:
    """A part of a stored name that every system takes, with the ending by which steps tell the format."""
    plain = unicodedata.normalize("NFC", _UNFIT.sub("_", name)).strip(". ")
    stem, dot, ending = plain.rpartition(".")
    if not dot or len(ending.encode()) > _LONGEST_ENDING:
        stem, ending = plain, ""
    tail = f".{ending}" if ending else ""
    cut = stem.encode()[: MAX_PART - len(tail.encode())].decode(errors="ignore").strip(". ")
    whole = f"{cut}{tail}"
    fitting = (each for each in (whole, f"file{tail}") if name_problem(each) is None)
    return next(fitting, "file")
