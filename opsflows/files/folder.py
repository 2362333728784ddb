"""Files in a folder of the machine: one sub-folder an account, each file changed all at once and under its key once.

A change is written down before it is made, with what the file will hold then. Where a crash comes in between, whoever
is next sees by the file whether it was made. All that change files of one account take turns, also on several machines
where the folder is shared and its locks are.
"""

import errno
import fcntl
import hashlib
import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from opsflows.files.descend import NEW, folder_in, open_file, put, take_away, usage, write_new
from opsflows.files.journal import mark_of
from opsflows.files.ledger import Ledger, Pending, ledger_at
from opsflows.files.store import (
    MOST_FILES,
    MOST_LISTED,
    Change,
    Content,
    Entry,
    FileProblem,
    Listing,
    NotThere,
    too_large,
    too_much,
    whole,
)

#: What is ours in an account's folder. No file's name begins with a dot, so none leads there.
_OURS, _LOCK, _LEDGER = ".opsflows", "lock", "ledger.sqlite3"
#: Seconds to wait for others who change files of the account.
_PATIENCE = 20.0


class FolderStore:
    """The files of one account below `root`. `quota` and `largest` are bytes."""

    def __init__(self, root: Path, account_id: uuid.UUID, *, quota: int, largest: int) -> None:
        self._root, self._account = root, str(account_id)
        self._quota, self._largest = quota, largest

    def open(self, name: str) -> Content:
        try:
            with self._top() as top:
                return open_file(top, name)
        except NotThere:
            raise NotThere(name) from None

    def change(self, name: str, change: Change, *, key: str, at: datetime) -> int | None:
        mark = mark_of(key, at)
        with self._top(create=True) as top, _alone(top) as ours:
            with ledger_at(self._root / self._account / _OURS / _LEDGER) as ledger:
                _settle(top, ours, ledger)
                if ledger.holds(mark):
                    return _size(top, name)
                before = _content(top, name, self._largest)
                after = change(before)
                new = f"{NEW}{mark.key}"
                if after is not None:
                    self._check_room(top, len(after), before)
                    write_new(ours, new, after)
                ledger.intend(Pending(name, mark, _digest(after)))
                if after is not None:
                    put(top, name, ours=ours, new=new)
                elif before is not None:
                    take_away(top, name)
                ledger.settle(mark)
            return None if after is None else len(after)

    def listing(self, folder: str) -> Listing:
        try:
            with self._top() as top, folder_in(top, folder.split("/") if folder else []) as here:
                found = sorted(os.scandir(here), key=lambda each: each.name)
                kept = [each for each in found if not each.name.startswith(".")]
                files = [_entry(each, folder) for each in kept if each.is_file(follow_symlinks=False)]
                folders = [_under(folder, each.name) for each in kept if each.is_dir(follow_symlinks=False)]
        except NotThere:
            return Listing((), (), truncated=False)
        truncated = len(files) > MOST_LISTED or len(folders) > MOST_LISTED
        return Listing(files[:MOST_LISTED], folders[:MOST_LISTED], truncated)

    @contextmanager
    def _top(self, *, create: bool = False) -> Iterator[int]:
        """The account's folder."""
        try:
            if create:
                self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
            root = os.open(self._root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                with folder_in(root, [self._account], create=create) as top:
                    yield top
            finally:
                os.close(root)
        except FileNotFoundError:
            raise NotThere(self._account) from None
        except OSError as error:
            raise _problem(error) from None

    def _check_room(self, top: int, size: int, before: bytes | None) -> None:
        if size > self._largest:
            raise too_large(size, self._largest)
        used, count = usage(top)
        if used - len(before or b"") + size > self._quota or (before is None and count >= MOST_FILES):
            raise too_much(used, count, self._quota)


@contextmanager
def _alone(top: int) -> Iterator[int]:
    """Alone with the account's files, among all processes; the sub-folder that is ours."""
    with folder_in(top, [_OURS], create=True) as ours:
        lock = os.open(_LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600, dir_fd=ours)
        try:
            end = time.monotonic() + _PATIENCE
            while not _taken(lock):
                if time.monotonic() > end:
                    raise FileProblem("Others are busy with the account's files.", is_passing=True)
                time.sleep(0.005)
            yield ours
        finally:
            os.close(lock)


def _taken(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _settle(top: int, ours: int, ledger: Ledger) -> None:
    """A change that was cut short counts as made if the file holds what it meant; what is half written goes."""
    if pending := ledger.pending():
        was_made = _digest(_content(top, pending.name, None)) == pending.digest
        ledger.settle(pending.mark if was_made else None)
    for name in os.listdir(ours):
        if name.startswith(NEW):
            os.unlink(name, dir_fd=ours)


def _content(top: int, name: str, most: int | None) -> bytes | None:
    try:
        content = open_file(top, name)
    except NotThere:
        return None
    return whole(content, most=content.size if most is None else most, name=name)


def _size(top: int, name: str) -> int | None:
    try:
        content = open_file(top, name)
    except NotThere:
        return None
    content.pieces.close()
    return content.size


def _entry(found: "os.DirEntry[str]", folder: str) -> Entry:
    seen = found.stat(follow_symlinks=False)
    return Entry(_under(folder, found.name), seen.st_size, datetime.fromtimestamp(seen.st_mtime, UTC))


def _under(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def _digest(content: bytes | None) -> str:
    return "" if content is None else hashlib.sha256(content).hexdigest()


def _problem(error: OSError) -> FileProblem:
    """Without its path, which is the machine's own business."""
    is_wrong = error.errno in (errno.ENAMETOOLONG, errno.EILSEQ, errno.EINVAL)
    said = f"The folder for files refused: {error.strerror or type(error).__name__}."
    return FileProblem(said, is_passing=not is_wrong)
