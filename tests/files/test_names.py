"""Names of files: what they may be, and that none leads outside."""

import os
import unicodedata
from pathlib import PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsflows.files.names import MAX_NAME, MAX_PART, BadName, checked_folder, checked_name, name_problem

WRONG = [
    "",
    "/",
    "/etc/passwd",
    "..",
    "../x",
    "a/../../x",
    "a/./b",
    "a//b",
    "a/",
    "a\x00b",
    "a\nb",
    "a\\b",
    "..\\x",
    "C:/x",
    "C:\\x",
    "\\\\server\\share",
    "x:stream",
    "con",
    "CON.txt",
    "a/nul.csv",
    "com1",
    "LPT¹.txt",
    "a*b",
    "a?b",
    'a"b',
    "a<b",
    "a|b",
    ".hidden",
    "a/.opsflows/journal.json",
    ".opsflows",
    "a.",
    "a ",
    " a",
    "a/ b",
    "a\u202eb",
    "a\u200bb",
    "a\ud800b",
    "x" * (MAX_PART + 1),
    "ü" * (MAX_PART // 2 + 1),
    "/".join("a" * 9),
    "/".join(["x" * 100] * 5),
]


@pytest.mark.parametrize("name", WRONG, ids=ascii)
def test_what_could_lead_elsewhere_is_no_name(name: str) -> None:
    assert name_problem(name)
    with pytest.raises(BadName):
        checked_name(name)


@pytest.mark.parametrize(
    "name", ["a.csv", "exports/2026-03/Kontakte Größe (1).csv", "a..b", "-rf", "~x", "$HOME", "%2e%2e"]
)
def test_what_is_a_name(name: str) -> None:
    assert checked_name(name) == name


def test_accents_have_one_spelling() -> None:
    assert checked_name("Gro\u0308ße.csv") == "Größe.csv"


def test_the_account_s_own_folder_has_no_name() -> None:
    assert (checked_folder(""), checked_folder("/"), checked_folder("a/b/")) == ("", "", "a/b")
    with pytest.raises(BadName):
        checked_folder("../x")


@given(
    st.lists(st.sampled_from(["..", ".", "/", "\\", ":", "a", "C", " ", "\x00", "é", "con", "~"]) | st.text(max_size=3))
)
def test_no_name_leads_outside_on_any_system(pieces: list[str]) -> None:
    try:
        name = checked_name("".join(pieces))
    except BadName:
        return
    assert os.path.normpath(os.path.join("/top", name)) == f"/top/{name}"
    assert PurePosixPath("/top", name).parts[:2] == ("/", "top")
    windows = PureWindowsPath("C:/top", name)
    assert windows.parts[:2] == ("C:\\", "top")
    assert not windows.is_reserved()
    assert unicodedata.is_normalized("NFC", name)
    assert len(name.encode()) <= MAX_NAME
