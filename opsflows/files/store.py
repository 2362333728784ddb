"""What a place for files can do, whichever it is: an account's folder, or its part of a bucket."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import RawIOBase
from typing import IO, Protocol

_PIECE = 256 * 1024
#: Files and folders of one listing, and files of one account.
MOST_LISTED, MOST_FILES = 1000, 10_000

#: From what a file holds (None: there is none) to what it shall hold (None: it shall be gone).
Change = Callable[[bytes | None], bytes | None]


@dataclass(frozen=True, slots=True)
class Entry:
    """A file: its name, how many bytes it has, and when it was last written."""

    name: str
    size: int
    modified_at: datetime


@dataclass(frozen=True, slots=True)
class Listing:
    """What lies in a folder, by name; `truncated` where there is more."""

    files: Sequence[Entry]
    folders: Sequence[str]
    truncated: bool


class Pieces(Iterator[bytes]):
    """A file's bytes, a piece at a time; closed at its end, or by whoever stops before it."""

    def __init__(self, file: IO[bytes] | RawIOBase, size: int) -> None:
        self._file, self._left = file, size

    def __next__(self) -> bytes:
        piece = self._file.read(min(_PIECE, self._left)) if self._left else b""
        if not piece:
            self.close()
            raise StopIteration
        self._left -= len(piece)
        return piece

    def close(self) -> None:
        """What is left is not wanted."""
        self._left = 0
        self._file.close()


@dataclass(frozen=True, slots=True)
class Content:
    """How many bytes a file has, and these, as they were when it was opened. Read the pieces, or close them."""

    size: int
    pieces: Pieces


class FileProblem(Exception):  # noqa: N818  (it becomes the step's outcome)
    """The place did not do it; the message says why.

    Attributes:
        is_passing: whether it may work later.
        is_unclear: whether it was done once already can no longer be told.
    """

    def __init__(self, text: str, *, is_passing: bool = False, is_unclear: bool = False) -> None:
        super().__init__(text)
        self.is_passing = is_passing
        self.is_unclear = is_unclear


class NotThere(FileProblem):
    """There is no such file."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no file {name!r}.")


class Store(Protocol):
    """The files of one account. Names are those that `checked_name` gives.

    All raise `FileProblem`. Nothing here uses the ORM: steps call it from threads of their own.
    """

    def open(self, name: str) -> Content:
        """What the file holds. Raises `NotThere`."""

    def change(self, name: str, change: Change, *, key: str, at: datetime) -> int | None:
        """Give the file what `change` makes of it, all at once; its size then, None where it is gone.

        Under one `key` it is done once, however often it is asked for: of what was done before, nothing is changed.
        `at` is when it was first meant; by it, keys are forgotten in their order.
        """

    def listing(self, folder: str) -> Listing:
        """What lies in the folder itself. One that is not there is empty."""


def whole(content: Content, *, most: int, name: str) -> bytes:
    """All of it; `FileProblem` where that is more than `most` bytes."""
    if content.size > most:
        content.pieces.close()
        raise FileProblem(f"The file {name!r} has {content.size:,} bytes; at most {most:,} can be read at once.")
    return b"".join(content.pieces)


def too_large(size: int, largest: int) -> FileProblem:
    """The problem of a file that would grow beyond what one may have."""
    return FileProblem(f"The file would have {size:,} bytes; at most {largest:,} are kept in one (FILES_LARGEST_MB).")


def too_much(used: int, count: int, quota: int) -> FileProblem:
    """The problem of an account that has no room left."""
    return FileProblem(
        f"The account keeps {count:,} files with {used:,} bytes; with this one it would have more than {MOST_FILES:,}, "
        f"or than {quota:,} bytes (FILES_QUOTA_MB). Delete some that are no longer needed."
    )
