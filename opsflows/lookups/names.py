"""The names of tables, segments and lists: what one may be, which is taken, and which is near one that is unknown."""

import difflib
import re
import uuid
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model

from opsflows.accounts.names import name_key

MAX_NAME = 100
_NAME = re.compile(r"\w(?:[\w .&/-]*\w)?")
_LISTED = 20


def new_name(name: str, *, account_id: uuid.UUID, model: type[Model]) -> str:
    """`name` for a new row of `model` in the account, without the spaces around it.

    Raises:
        ValidationError: it may not be, or a row has it, perhaps with other capitals or hyphens.
    """
    name = name.strip()
    if len(name) > MAX_NAME or not _NAME.fullmatch(name):
        message = f"A name has 1 to {MAX_NAME} letters, digits, spaces and . _ & / - in between."
        raise ValidationError({"name": message})
    rows: Any = model._default_manager
    known = {name_key(each): each for each in rows.filter(account=account_id).values_list("name", flat=True)}
    if (taken := known.get(name_key(name))) is not None:
        raise ValidationError({"name": f"There is “{taken}” already; change that one, or take another name."})
    return name


def near(name: str, known: Iterable[str], *, where: str) -> str:
    """What may have been meant by a name that nobody has; `where` says where others are made."""
    by_key = {name_key(each): each for each in known}
    found = difflib.get_close_matches(name_key(name), by_key, n=3)
    if found:
        return f"Did you mean {' or '.join(repr(by_key[key]) for key in found)}?"
    if not by_key:
        return f"There is none yet; make one under {where}."
    names = sorted(by_key.values(), key=str.casefold)
    more = ", …" if len(names) > _LISTED else ""
    return f"Known are {', '.join(names[:_LISTED])}{more}; others are made under {where}."
