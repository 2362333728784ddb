"""CSV, JSON and text: there and back, within limits, and with nothing that a spreadsheet would carry out."""

import csv
import io
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsflows.files import content as content_module
from opsflows.files.content import MAX_READ, Spelling, appended, format_of, read, written
from opsflows.files.store import FileProblem

CSV = Spelling("csv")


def rows_of(content: bytes, spelling: Spelling = CSV, *, skip: int = 0, most: int = 1000) -> Any:
    return read(content, spelling, skip=skip, most=most)["rows"]


def test_rows_go_there_and_back() -> None:
    rows = [{"name": 'A "B", C', "zip": "01234", "note": "two\nlines"}, {"name": "D", "city": "Köln"}]
    content = written(rows, CSV)
    assert content.decode().splitlines()[0] == "name,zip,note,city"
    assert rows_of(content) == [
        {"name": 'A "B", C', "zip": "01234", "note": "two\nlines", "city": ""},
        {"name": "D", "zip": "", "note": "", "city": "Köln"},
    ]


def test_values_have_their_plain_spelling() -> None:
    rows = [{"a": Decimal("19.90"), "b": True, "c": None, "d": [1], "e": -5, "f": 10**20}]
    assert written(rows, CSV).decode() == "a,b,c,d,e,f\r\n19.90,true,,[1],-5,100000000000000000000\r\n"


def test_numbers_only_where_they_are_asked_for_and_plain() -> None:
    content = b"a,b,c,d,e\r\n007,19.90,-3,1e5,\r\n"
    assert rows_of(content) == [{"a": "007", "b": "19.90", "c": "-3", "d": "1e5", "e": ""}]
    assert rows_of(content, Spelling("csv", numbers=True)) == [
        {"a": "007", "b": Decimal("19.90"), "c": -3, "d": "1e5", "e": ""}
    ]


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1+1"])
def test_a_formula_gets_an_apostrophe(text: str) -> None:
    rows = [{"=name": text}]
    [header, [cell]] = list(csv.reader(io.StringIO(written(rows, CSV).decode(), newline="")))
    assert (header, cell) == (["'=name"], f"'{text}")
    assert rows_of(written(rows, Spelling("csv", guard_formulas=False))) == rows


@pytest.mark.parametrize("text", ["-5", "+49 170", "-1,5", "+5%", "a=b", "1-2", ""])
def test_what_is_no_formula_stays(text: str) -> None:
    expected = f"'{text}" if text == "+49 170" else text
    assert rows_of(written([{"a": text, "b": "x"}], CSV))[0]["a"] == expected


def test_columns_are_chosen_and_ordered() -> None:
    rows = [{"b": 1, "a": 2, "c": 3}]
    assert written(rows, Spelling("csv", columns=("a", "b"), separator="semicolon")) == b"a;b\r\n2;1\r\n"
    assert written([], Spelling("csv", columns=("a", "b"))) == b"a,b\r\n"
    assert written([], CSV) == b""


def test_appending_keeps_the_columns_of_the_file() -> None:
    content = appended(b"", [{"a": 1, "b": 2}], CSV)
    content = appended(content, [{"b": 4, "a": 3}, {"a": 5}], CSV)
    assert content == b"a,b\r\n1,2\r\n3,4\r\n5,\r\n"
    assert appended(b"a,b\r\n1,2", [{"a": 3}], CSV) == b"a,b\r\n1,2\r\n3,\r\n"
    with pytest.raises(FileProblem, match="no column 'c'; it has a, b"):
        appended(content, [{"c": 1}], CSV)


def test_a_column_that_looks_like_a_formula_is_found_again() -> None:
    content = appended(written([{"@id": 1, "'x": 2}], CSV), [{"'x": 4, "@id": 3}], CSV)
    assert content == b"'@id,'x\r\n1,2\r\n3,4\r\n"
    with pytest.raises(FileProblem, match="no column 'x'"):
        appended(content, [{"x": 1}], CSV)


def test_a_long_cell_that_was_written_is_read_again() -> None:
    rows = [{"page": "=" * 131_071}]
    assert rows_of(written(rows, CSV)) == [{"page": "'" + "=" * 131_071}]
    with pytest.raises(FileProblem, match="at most 131,072 characters"):
        written([{"page": "x" * 131_073}], CSV)


def test_lines_are_appended() -> None:
    assert appended(appended(b"", "one", Spelling("text")), "two", Spelling("text")) == b"one\ntwo\n"
    lines = Spelling("jsonl")
    content = appended(appended(b"", {"a": Decimal("0.10")}, lines), [{"a": 2}, {"a": 3}], lines)
    assert content == b'{"a":0.10}\n{"a":2}\n{"a":3}\n'
    assert rows_of(content, lines, skip=1, most=1) == [{"a": 2}]
    with pytest.raises(FileProblem, match=r"\.jsonl"):
        appended(b"{}", {}, Spelling("json"))


def test_a_mark_for_excel_is_written_once_and_never_read() -> None:
    marked = Spelling("csv", bom=True)
    content = appended(written([{"a": "ä"}], marked), [{"a": "b"}], marked)
    assert content == b"\xef\xbb\xbfa\r\n\xc3\xa4\r\nb\r\n"
    assert rows_of(content) == [{"a": "ä"}, {"a": "b"}]


def test_rows_are_read_in_parts() -> None:
    content = written([{"n": number} for number in range(25)], CSV)
    found = read(content, Spelling("csv", numbers=True), skip=20, most=3)
    assert ([row["n"] for row in found["rows"]], found["count"], found["truncated"]) == ([20, 21, 22], 3, True)
    assert read(content, CSV, skip=20, most=5)["truncated"] is False
    wide = written([{"n": "x" * 100_000} for _ in range(20)], CSV)
    found = read(wide, CSV, skip=0, most=100)
    assert (found["count"], found["truncated"]) == (10, True)


@pytest.mark.parametrize(
    ("content", "spelling", "said"),
    [
        (b"", CSV, "It is empty"),
        (b"a,a\r\n", CSV, "Two columns"),
        (b"a,,b\r\n", CSV, "Column 2 has no name"),
        (b"a,b\r\n1,2\r\n1,2,3\r\n", CSV, "Line 3 has 3 cells"),
        (b'a\r\n"x', CSV, "Line 2 is no CSV"),
        (b"a\xff", CSV, "not UTF-8: byte 2"),
        (b"a\x00b", Spelling("text"), "U\\+0000"),
        (b"{", Spelling("json"), "The file is no JSON"),
        (b'"\\u0000"', Spelling("json"), "U\\+0000"),
        (b"1\n{\n", Spelling("jsonl"), "Line 2 is no JSON"),
        (b"x" * (MAX_READ + 1), Spelling("text"), "at most"),
        (b"a\n" + b"x" * 120_000, Spelling("csv"), "larger than"),
    ],
)
def test_what_cannot_be_read_says_where(
    monkeypatch: pytest.MonkeyPatch, content: bytes, spelling: Spelling, said: str
) -> None:
    if said == "larger than":
        monkeypatch.setattr(content_module, "MAX_READ", 1000)
    with pytest.raises(FileProblem, match=said):
        read(content, spelling, skip=0, most=10)


def test_what_cannot_be_written_says_why() -> None:
    with pytest.raises(FileProblem, match="entry 2 is none"):
        written([{"a": 1}, 5], CSV)
    with pytest.raises(FileProblem, match="at most 10,000"):
        written([{"a": 1}] * 10_001, CSV)
    with pytest.raises(FileProblem, match="Column 2 has no name"):
        written([{"a": 1, " ": 2}], CSV)
    with pytest.raises(FileProblem, match="at most 1,000 are possible"):
        written([{f"c{number}": 1 for number in range(1001)}], CSV)


def test_the_ending_says_the_format() -> None:
    found = [format_of(name) for name in ("a.csv", "a.TSV", "a.json", "a.ndjson", "a.txt", "csv", "a.csv/b")]
    assert found == ["csv", "csv", "json", "jsonl", "text", "text", "text"]


CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=8)


@given(
    st.lists(CELLS.filter(str.strip), min_size=1, max_size=4, unique=True),
    st.data(),
    st.sampled_from(["comma", "semicolon", "tab", "pipe"]),
)
def test_any_table_of_texts_goes_there_and_back(columns: list[str], data: Any, separator: Any) -> None:
    rows = data.draw(st.lists(st.fixed_dictionaries(dict.fromkeys(columns, CELLS)), max_size=4))
    spelling = Spelling("csv", columns=tuple(columns), separator=separator, guard_formulas=False)
    content = written(rows, spelling)
    assert rows_of(content, spelling) == rows
    half = len(rows) // 2
    assert appended(written(rows[:half], spelling), rows[half:], spelling) == content
