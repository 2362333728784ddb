"""Files stay short, have names that say something, and hold nothing unfinished."""

import re
import statistics
from pathlib import Path

import pytest

from tests.house.project import ROOT, line_count, own_code, own_files

LONGEST = 400
MEDIAN = 120
NAMES_THAT_SAY_NOTHING = {"utils", "util", "helpers", "services", "manager", "managers", "common", "misc"}
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|assert True$", re.MULTILINE)


def test_no_file_is_longer_than_its_bound() -> None:
    written = own_files(".py", ".html", ".css", ".js", ".md", ".toml", ".yaml", "")
    assert [f"{path}: {line_count(path)}" for path in written if line_count(path) > LONGEST] == []


def test_most_files_are_short() -> None:
    assert statistics.median(map(line_count, own_code())) <= MEDIAN


def test_names_say_what_is_inside() -> None:
    parts = {(path, part) for path in own_code() for part in (*path.parent.parts, path.stem)}
    assert [str(path) for path, part in parts if part in NAMES_THAT_SAY_NOTHING] == []


def test_nothing_is_unfinished() -> None:
    this = Path(__file__).relative_to(ROOT)
    found = [
        f"{path}:{text[: match.start()].count(chr(10)) + 1}: {match.group()}"
        for path in own_files(".py", ".html", ".css", ".js", ".md", ".toml", ".yaml")
        if path != this
        for text in [(ROOT / path).read_text()]
        for match in UNFINISHED.finditer(text)
    ]
    assert found == []


@pytest.mark.parametrize("text", ["# TODO later", "    assert True", "x = 1  # FIXME"])
def test_unfinished_is_recognised(text: str) -> None:
    assert UNFINISHED.search(text)


def test_every_test_folder_is_a_package() -> None:
    """Without `__init__.py` two test files of one name would shadow each other."""
    folders = {path.parent for path in own_files(".py") if path.parts[0] == "tests"}
    assert [str(folder) for folder in folders if not (ROOT / folder / "__init__.py").exists()] == []
