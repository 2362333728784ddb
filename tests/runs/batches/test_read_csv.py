"""CSV files as people have them: what is read, what is left out by line, what is refused as a whole."""

import contextlib
import csv
import io
import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsflows.runs.batches import read_csv as module
from opsflows.runs.batches.parts import SIZE, packed, unpacked
from opsflows.runs.batches.read_csv import read_csv
from opsflows.runs.batches.refusal import WrongList


def read(content: str | bytes, *, numbers: bool = False) -> tuple[list[Any], list[Any]]:
    file = read_csv(content if isinstance(content, bytes) else content.encode(), numbers=numbers)
    return [(line, dict(zip(file.columns, cells, strict=True))) for line, cells in file.rows()], file.problems.noted


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_what_spreadsheets_save(separator: str, bom: str, ending: str) -> None:
    lines = [["name", "city"], ["Ada, née Byron; \ttoo", "Zürich"], ["Bob", ""]]
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=separator, lineterminator=ending).writerows(lines)
    rows, problems = read(bom + text.getvalue())
    assert rows == [(2, {"name": "Ada, née Byron; \ttoo", "city": "Zürich"}), (3, {"name": "Bob", "city": ""})]
    assert problems == []


def test_cells_are_texts_unless_numbers_are_asked_for() -> None:
    text = "a,b,c,d,e,f\n1,2.50,007,TRUE,-3, 12 \n"
    assert read(text)[0][0][1] == {"a": "1", "b": "2.50", "c": "007", "d": "TRUE", "e": "-3", "f": " 12 "}
    values = read(text, numbers=True)[0][0][1]
    assert values == {"a": 1, "b": Decimal("2.50"), "c": "007", "d": True, "e": -3, "f": 12}
    assert str(values["b"]) == "2.50"


def test_lines_are_told_as_an_editor_counts_them() -> None:
    rows, problems = read('name,text\nA,"one\ntwo\nthree"\n\n , \nB,x,y,z\nC,ok,\nD\n')
    assert [line for line, _ in rows] == [2, 8, 9]
    assert problems == [[7, "It has 4 cells, and the first line names 2 columns."]]
    assert rows[-1] == (9, {"name": "D", "text": ""})


def test_a_nul_leaves_its_row_out() -> None:
    rows, problems = read("name\nA\nB\x00\nC\n")
    assert ([row["name"] for _, row in rows], problems) == (
        ["A", "C"],
        [[3, "It holds the character U+0000, which cannot be stored."]],
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"\n \n", "empty"),
        (b"\xff\xfen\x00a\x00", "UTF-16"),
        (b"name\nZ\xfcrich\n", "Line 2: this is not UTF-8"),
        (b"name,name\n", "Two columns are called “name”"),
        (b"name,,city\n", "Column 2 has no name"),
        (b"steps\n", "cannot be called “steps”"),
        (b"a\x00b\n", "U+0000"),
        (b'name\n"A\nB\n', "Line 3: this cannot be read as CSV"),
        (b'name\n"A"B\n', "Line 2: this cannot be read as CSV"),
        (b'"name\n', "Line 1: this cannot be read as CSV"),
        (("x" * 256).encode(), "longer than 255"),
        (",".join(f"c{n}" for n in range(201)).encode(), "names 201 columns; at most 200"),
        (b"name\n" + b"x" * 140_000, "Line 2: a cell has more than 131,072 characters"),
    ],
)
def test_what_is_refused_says_where_and_why(content: bytes, said: str) -> None:
    with pytest.raises(WrongList, match=re.escape(said)):
        read(content)


def test_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_ROWS", 2)
    assert len(read("n\n1\n2\n")[0]) == 2
    with pytest.raises(WrongList, match="more than 2 rows"):
        read("n\n1\n2\n3\n")
    monkeypatch.setattr(module, "MOST_BYTES", 3)
    with pytest.raises(WrongList, match="at most 3 are taken"):
        read("n\n1\n")


@given(st.binary(max_size=200))
def test_garbage_is_read_or_refused(content: bytes) -> None:
    # Nothing else comes out of it.
    with contextlib.suppress(WrongList):
        assert isinstance(read(content, numbers=True)[0], list)


CELL = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\x00"), max_size=8)


@given(st.lists(st.lists(CELL, min_size=3, max_size=3), max_size=5))
def test_what_a_writer_wrote_is_read(rows: list[list[str]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([["a", "b", "c"], *rows])
    found = [list(row.values()) for _, row in read(text.getvalue())[0]]
    assert found == [row for row in rows if any(cell.strip() for cell in row)]


@given(st.integers(0, 3 * SIZE), st.sampled_from([Decimal("2.50"), True, "ü", None]))
def test_parts_hold_what_was_put_in(count: int, value: Any) -> None:
    rows = [(number, [value]) for number in range(count)]
    parts = list(packed(rows))
    assert [row for _, part in parts for row in unpacked(part)] == rows
    assert [number for number, _ in parts] == [SIZE] * (count // SIZE) + ([count % SIZE] if count % SIZE else [])
