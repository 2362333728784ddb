"""Steps down from a folder, each taken from the one above it and none through a link.

So neither a link that somebody puts there, nor one that is put there meanwhile, leads outside. Folders are descriptors.
"""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from opsflows.files.store import Content, FileProblem, NotThere, Pieces

#: How what is not finished yet is called.
NEW = "new-"

_DOWN = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
#: Not blocking: what is no plain file may be something that never answers.
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
#: There is nothing, or a link, or something that is no file.
_NOTHING = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENXIO, errno.EISDIR})


@contextmanager
def folder_in(above: int, parts: list[str], *, create: bool = False) -> Iterator[int]:
    """The folder that `parts` lead to from the one `above`; closed again afterwards. Raises `NotThere`."""
    here = os.dup(above)
    try:
        for part in parts:
            if create:
                with suppress(FileExistsError):
                    os.mkdir(part, 0o700, dir_fd=here)
            try:
                below = os.open(part, _DOWN, dir_fd=here)
            except OSError as error:
                if error.errno in _NOTHING:
                    raise NotThere("/".join(parts)) from None
                raise
            os.close(here)
            here = below
        yield here
    finally:
        os.close(here)


def open_file(top: int, name: str) -> Content:
    """A plain file below `top`. Raises `NotThere`."""
    *folders, last = name.split("/")
    try:
        with folder_in(top, folders) as here:
            file = os.open(last, _READ, dir_fd=here)
    except NotThere:
        raise NotThere(name) from None
    except OSError as error:
        if error.errno in _NOTHING:
            raise NotThere(name) from None
        raise
    seen = os.fstat(file)
    if not stat.S_ISREG(seen.st_mode):
        os.close(file)
        raise NotThere(name)
    return Content(seen.st_size, Pieces(os.fdopen(file, "rb", buffering=0), seen.st_size))


def write_new(folder: int, name: str, content: bytes) -> None:
    """A file that is not there yet, and outlives a power cut."""
    with os.fdopen(os.open(name, _CREATE, 0o600, dir_fd=folder), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def put(top: int, name: str, *, ours: int, new: str) -> None:
    """Let `new`, which lies in the folder `ours`, take the file's place; folders are made for it."""
    *folders, last = name.split("/")
    try:
        with folder_in(top, folders, create=True) as here:
            os.rename(new, last, src_dir_fd=ours, dst_dir_fd=here)
            os.fsync(here)
    except NotThere:
        raise FileProblem(f"A part of {name!r} is a file, or leads elsewhere; choose another name.") from None
    except IsADirectoryError:
        raise FileProblem(f"{name!r} is a folder; choose another name.") from None


def take_away(top: int, name: str) -> None:
    """Delete a file that is there, and the folders that are empty then."""
    *folders, last = name.split("/")
    with folder_in(top, folders) as here:
        os.unlink(last, dir_fd=here)
        os.fsync(here)
    with suppress(OSError):
        for depth in range(len(folders), 0, -1):
            with folder_in(top, folders[: depth - 1]) as above:
                os.rmdir(folders[depth - 1], dir_fd=above)


def usage(top: int) -> tuple[int, int]:
    """Bytes and number of the files below `top`, but for what is hidden."""
    used = count = 0
    for _, folders, files, here in os.fwalk(".", dir_fd=top):
        folders[:] = [folder for folder in folders if not folder.startswith(".")]
        for file in files:
            used += os.stat(file, dir_fd=here, follow_symlinks=False).st_size
            count += 1
    return used, count
