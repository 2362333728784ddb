"""Files in a bucket: no lock, but every write says which state of the object it means, and is made anew where it lost.

The object carries the mark of its last change, written together with it. Before the next change replaces that mark, the
one before is put into the object's journal, so that both together know all changes at any moment. A deletion is noted
there before it is made, with the state that it deletes.
"""

import hashlib
import io
import time
import uuid
from datetime import datetime
from typing import Any

from opsflows.files import s3
from opsflows.files.journal import Journal, Mark, from_bytes, mark_of, to_bytes
from opsflows.files.s3 import Bucket, Object, Overtaken
from opsflows.files.store import (
    MOST_FILES,
    MOST_LISTED,
    Change,
    Content,
    Entry,
    FileProblem,
    Listing,
    NotThere,
    Pieces,
    too_large,
    too_much,
)

#: Seconds to go on trying while others change the same file.
_PATIENCE = 25.0
_OURS = ".opsflows/"


class S3Store:
    """The files of one account below the bucket's prefix. `quota` and `largest` are bytes."""

    def __init__(self, bucket: Bucket, account_id: uuid.UUID, *, quota: int, largest: int) -> None:
        self._bucket, self._top = bucket, f"{bucket.prefix}{account_id}/"
        self._quota, self._largest = quota, largest

    def open(self, name: str) -> Content:
        found = s3.get(self._bucket, f"{self._top}{name}")
        if found is None:
            raise NotThere(name)
        return Content(len(found.content), Pieces(io.BytesIO(found.content), len(found.content)))

    def change(self, name: str, change: Change, *, key: str, at: datetime) -> int | None:
        mark, end = mark_of(key, at), time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            try:
                return self._try(name, change, mark)
            except Overtaken:
                continue
        raise FileProblem("Others are busy with this file.", is_passing=True)

    def listing(self, folder: str) -> Listing:
        prefix = f"{self._top}{folder}/" if folder else self._top
        # One page: a folder with more is cut, and says so.
        found, under = next(s3.pages(self._bucket, prefix, delimiter="/"))
        files = [Entry(each.key[len(self._top) :], each.size, each.modified_at) for each in found if each.key != prefix]
        folders = [each[len(self._top) :].rstrip("/") for each in under if not each.startswith(f"{self._top}{_OURS}")]
        return Listing(files, folders, truncated=len(found) + len(under) >= MOST_LISTED)

    def _try(self, name: str, change: Change, mark: Mark) -> int | None:
        """One attempt. Raises `Overtaken` where somebody else was quicker."""
        key, journal_key = f"{self._top}{name}", f"{self._top}{_OURS}{hashlib.sha256(name.encode()).hexdigest()}.json"
        before = s3.get(self._bucket, key)
        journal = self._known(journal_key, before)
        if journal.holds(mark):
            return None if before is None else len(before.content)
        if before is not None and len(before.content) > self._largest:
            raise too_large(len(before.content), self._largest)
        after = change(None if before is None else before.content)
        if after is None:
            if before is not None:
                self._note(journal_key, deleting={"key": mark.key, "moment": mark.moment, "state": before.state})
                s3.delete(self._bucket, key)
            self._note(journal_key, mark)
            return None
        self._check_room(len(after), before)
        s3.put(self._bucket, key, after, over=before, mark=f"{mark.key} {mark.moment}")
        return len(after)

    def _known(self, journal_key: str, before: Object | None) -> Journal:
        """All changes: those of the journal, a deletion that was cut short, the last. They are in it from now on."""
        kept = s3.get(self._bucket, journal_key)
        journal, beside = from_bytes(kept.content if kept else None)
        missing = [_mark(before.mark)] if before and before.mark else []
        if (deleting := beside.get("deleting")) and (before is None or before.state != deleting["state"]):
            missing.append(Mark(deleting["key"], deleting["moment"]))
        missing = [mark for mark in missing if mark not in journal.marks]
        for mark in missing:
            journal = journal.and_then(mark)
        if missing or deleting:
            s3.put(self._bucket, journal_key, to_bytes(journal), over=kept)
        return journal

    def _note(self, journal_key: str, *marks: Mark, **beside: Any) -> None:
        kept = s3.get(self._bucket, journal_key)
        journal, _ = from_bytes(kept.content if kept else None)
        for mark in marks:
            journal = journal.and_then(mark)
        s3.put(self._bucket, journal_key, to_bytes(journal, **beside), over=kept)

    def _check_room(self, size: int, before: Object | None) -> None:
        if size > self._largest:
            raise too_large(size, self._largest)
        used = count = 0
        for found, _ in s3.pages(self._bucket, self._top):
            kept = [each for each in found if not each.key.startswith(f"{self._top}{_OURS}")]
            used, count = used + sum(each.size for each in kept), count + len(kept)
        if used - (len(before.content) if before else 0) + size > self._quota or (
            before is None and count >= MOST_FILES
        ):
            raise too_much(used, count, self._quota)


def _mark(text: str) -> Mark:
    key, _, moment = text.partition(" ")
    return Mark(key, int(moment) if moment.isdigit() else 0)
