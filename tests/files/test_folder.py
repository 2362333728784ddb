"""The folder on the machine: nothing outside of it is read or written, whatever lies inside."""

import os
import uuid
from pathlib import Path
from typing import Any

import pytest

from opsflows.files import folder
from opsflows.files.configure import store_of
from opsflows.files.store import FileProblem, NotThere, Store, whole
from tests.files.conftest import NOW

ACCOUNT = uuid.UUID(int=1)


@pytest.fixture
def store() -> Store:
    store = store_of(ACCOUNT)
    write(store, "a.txt", "mine")
    return store


@pytest.fixture
def inside(place: Path, store: Store) -> Path:
    """The account's folder."""
    return place / str(ACCOUNT)


def write(store: Store, name: str, text: str) -> int | None:
    return store.change(name, lambda before: text.encode(), key=f"{name} {text}", at=NOW)


def test_no_link_is_followed(store: Store, inside: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.txt").write_text("secret")
    os.symlink(outside, inside / "folder")
    os.symlink(outside / "secret.txt", inside / "file.txt")
    os.symlink("a.txt", inside / "own.txt")
    for name in ("folder/secret.txt", "file.txt", "own.txt"):
        with pytest.raises(NotThere):
            store.open(name)
    # A link's place can be taken; where it leads nothing changes.
    write(store, "file.txt", "mine")
    with pytest.raises(FileProblem, match="leads elsewhere"):
        write(store, "folder/secret.txt", "mine")
    assert ((outside / "secret.txt").read_text(), os.listdir(outside)) == ("secret", ["secret.txt"])
    assert not store.listing("folder").files
    assert [each.name for each in store.listing("").files] == ["a.txt", "file.txt"]
    assert not store.listing("").folders


def test_an_account_s_folder_that_is_a_link_is_not_used(place: Path, tmp_path: Path) -> None:
    place.mkdir()
    (tmp_path / "elsewhere").mkdir()
    os.symlink(tmp_path / "elsewhere", place / str(ACCOUNT))
    with pytest.raises(FileProblem):
        write(store_of(ACCOUNT), "a.txt", "x")
    assert os.listdir(tmp_path / "elsewhere") == []


def test_what_is_no_file_is_not_there(store: Store, inside: Path) -> None:
    os.mkfifo(inside / "pipe")
    (inside / "sub").mkdir()
    for name in ("pipe", "sub"):
        with pytest.raises(NotThere):
            store.open(name)
    with pytest.raises(FileProblem, match="is a folder"):
        write(store, "sub", "x")
    with pytest.raises(FileProblem, match="is a file"):
        write(store, "a.txt/b.txt", "x")


def test_files_are_the_owner_s_alone_and_nothing_is_left_over(store: Store, inside: Path) -> None:
    write(store, "sub/b.txt", "x")
    modes = {oct(path.stat().st_mode & 0o777) for path in inside.rglob("*")}
    assert modes == {"0o600", "0o700"}
    assert sorted(os.listdir(inside / ".opsflows")) == ["ledger.sqlite3", "ledger.sqlite3-journal", "lock"]


def test_what_is_read_stays_as_it_was_opened(store: Store) -> None:
    content = store.open("a.txt")
    write(store, "a.txt", "something else, and longer")
    assert whole(content, most=100, name="a.txt") == b"mine"


def test_leftovers_of_a_crash_are_cleared_away(store: Store, inside: Path) -> None:
    (inside / ".opsflows" / "new-x").write_text("half")
    write(store, "a.txt", "next")
    assert "new-x" not in os.listdir(inside / ".opsflows")


def test_a_journal_that_was_spoilt_stops_changes(store: Store, inside: Path) -> None:
    (inside / ".opsflows" / "ledger.sqlite3").write_text("{" * 5000)
    with pytest.raises(FileProblem, match="spoilt"):
        write(store, "a.txt", "next")
    assert whole(store.open("a.txt"), most=100, name="a.txt") == b"mine"


def test_whoever_waits_too_long_comes_again(store: Store, inside: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "_PATIENCE", 0.02)
    import fcntl

    with (inside / ".opsflows" / "lock").open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(FileProblem, match="busy") as problem:
            write(store, "a.txt", "next")
    assert problem.value.is_passing


def test_a_folder_that_cannot_be_used_says_no_path(settings: Any, tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("")
    settings.OPSFLOWS_FILES = str(tmp_path / "plain")
    with pytest.raises(FileProblem) as problem:
        write(store_of(ACCOUNT), "a.txt", "x")
    assert str(tmp_path) not in str(problem.value)


def test_folders_with_very_much_in_them_are_cut(store: Store, inside: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "MOST_LISTED", 2)
    for number in range(3):
        (inside / f"{number}.txt").touch()
    listing = store.listing("")
    assert ([each.name for each in listing.files], listing.truncated) == (["0.txt", "1.txt"], True)


def test_there_is_an_end_to_the_number_of_files(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "MOST_FILES", 2)
    write(store, "b.txt", "x")
    with pytest.raises(FileProblem, match="no longer needed"):
        write(store, "c.txt", "x")
    write(store, "b.txt", "y")
