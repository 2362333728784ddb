"""What a table holds, and rows out of a spreadsheet: exact values, problems by row, and the way there and back."""

import contextlib
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsflows.lookups.compare_content import ChangedRow, compare
from opsflows.lookups.read_pasted import as_csv, read_pasted, replaced_by, text_of, updated_by
from opsflows.lookups.table_content import Column, Content, WrongContent, read_columns, read_rows

COLUMNS = (Column("country"), Column("region"), Column("rate", "number"), Column("vat", "boolean"))
TABLE = read_rows(COLUMNS, [["DE", "DACH", "19", "yes"], ["US", "NA", "", "no"]])


def said(call: Any, *given: Any) -> str:
    with pytest.raises(WrongContent) as caught:
        call(*given)
    return " ".join(caught.value.problems)


def test_texts_become_what_their_column_holds() -> None:
    assert TABLE.rows == (("DE", "DACH", 19, True), ("US", "NA", None, False))
    [row] = read_rows(COLUMNS, [[" 007 ", "", "12.50", "True"]]).rows
    assert row == ("007", None, Decimal("12.50"), True)
    assert str(row[2]) == "12.50"


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([["", "a", "1", ""]], "Row 1: the key (country) is empty."),
        ([["DE", "", "", ""], ["DE", "", "", ""]], 'Row 2: the key "DE" stands in row 1 already.'),
        ([["DE", "", "12 %", ""]], 'Row 1, rate: "12 %" is not a number'),
        ([["DE", "", "1,5", ""]], '"1,5" is not a number'),
        ([["DE", "", "", "maybe"]], 'Row 1, vat: "maybe" is neither yes nor no.'),
        ([["DE", "x" * 1001, "", ""]], "Row 1, region: it has 1,001 characters; at most 1,000 are kept."),
        ([["DE"]], "Row 1: it has 1 values for 4 columns."),
        ([[str(number), "", "", ""] for number in range(5001)], "There are 5,001 rows; a table has at most 5,000."),
        ([[str(number), "x" * 1000, "", ""] for number in range(501)], "at most 500,000 are kept"),
    ],
)
def test_what_is_wrong_is_said_by_row(rows: Any, message: str) -> None:
    assert message in said(read_rows, COLUMNS, rows)


def test_many_problems_are_cut() -> None:
    assert said(read_rows, COLUMNS, [["", "", "", ""]] * 30).endswith("And 20 more.")


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ([Column("a")], "at least one more column"),
        ([Column("a"), Column("B"), Column("b")], 'Two columns are called "b".'),
        ([Column("a"), Column("two words")], '"two words" cannot be the name of a column'),
        ([Column("a"), Column("b", "date")], "b: values are text, number or boolean"),
        ([Column("a", "number"), Column("b")], "The key is a text"),
        ([Column(f"c{number}") for number in range(21)], "There are 21 columns; a table has at most 20"),
    ],
)
def test_columns_have_names_that_texts_can_read(columns: list[Column], message: str) -> None:
    assert message in said(read_columns, columns)


@pytest.mark.parametrize(
    "text",
    [
        "country\tregion\trate\tvat\nDE\tDACH\t19\tyes\nUS\tNA\t\tno\n",
        "Country;Rate;Region;VAT\r\nDE;19;DACH;true\r\n\r\nUS;;NA;false\r\n",
        '\ufeffcountry,region,rate,vat\n"DE","DACH","19",yes\nUS,NA,,no',
    ],
    ids=["pasted", "semicolons", "csv"],
)
def test_a_spreadsheet_is_read_however_it_writes(text: str) -> None:
    assert replaced_by(Content(COLUMNS), read_pasted(text)) == TABLE


def test_updating_leaves_other_rows_and_columns() -> None:
    after = updated_by(TABLE, read_pasted("country,rate\nUS,7.25\nCH,8.1"))
    assert after.rows == (
        ("DE", "DACH", 19, True),
        ("US", "NA", Decimal("7.25"), False),
        ("CH", None, Decimal("8.1"), None),
    )
    difference = compare(TABLE, after)
    assert (difference.added, difference.removed, difference.same) == (("CH",), (), 1)
    assert difference.changed == (ChangedRow("US", (("rate", None, Decimal("7.25")),)),)
    assert compare(TABLE, replaced_by(TABLE, read_pasted("country,region\nUS,NA"))).removed == ("DE",)
    assert compare(TABLE, TABLE).is_none


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "There is nothing in it."),
        ("region\nDACH", "The first line must name the column country, which is the key."),
        ("country,regon\nDE,x", 'There is no column "regon"; did you mean region?'),
        ("country,country\nDE,DE", 'The column "country" stands there twice.'),
        ("country\nDE\nUS,x", "Line 3: it has 2 values for 1 columns."),
        ('country,rate\n"D\nE",1\nFR,x', 'Line 4, rate: "x" is not a number'),
        ('country\n"DE', "cannot be read as CSV"),
        ("country\n" + "\n".join(map(str, range(5001))), "There are 5,001 rows"),
    ],
)
def test_what_cannot_be_read_is_said_by_line(text: str, message: str) -> None:
    assert message in said(lambda: replaced_by(TABLE, read_pasted(text)))


def test_no_spreadsheet_calculates_what_is_downloaded() -> None:
    texts = ["=1+1", " @x", "'=2", "''-a", "-", "-5", "'plain", "+49 170"]
    content = read_rows((Column("key"), Column("text")), [[f"k{number}", text] for number, text in enumerate(texts)])
    lines = as_csv(content).splitlines()[1:]
    written = ["'=1+1", "'@x", "''=2", "'''-a", "'-", "-5", "'plain", "'+49 170"]
    assert [line.partition(",")[2] for line in lines] == written
    assert replaced_by(Content(content.columns), read_pasted(as_csv(content))) == content


def test_a_file_is_text() -> None:
    assert text_of("größe".encode()) == "größe"
    assert text_of("\ufeffa\tb".encode("utf-16")).endswith("a\tb")
    assert "save it as “CSV UTF-8”" in said(text_of, "größe".encode("latin-1"))
    assert "at most 2,000,000 are read" in said(text_of, b"x" * 2_000_001)


texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8).map(str.strip).filter(bool)
numbers = st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**6), max_value=10**6)
tables = st.lists(
    st.tuples(texts, st.none() | texts, st.none() | numbers | st.integers(), st.none() | st.booleans()),
    max_size=6,
    unique_by=lambda row: row[0],
)


@given(tables)
def test_a_table_reads_back_from_its_file(rows: list[Any]) -> None:
    content = read_rows(COLUMNS, rows)
    again = replaced_by(Content(COLUMNS), read_pasted(as_csv(content)))
    assert again == content
    assert again.hash == content.hash


@given(st.text(max_size=60))
def test_whatever_is_pasted_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(WrongContent):
        assert replaced_by(TABLE, read_pasted(text)).columns == COLUMNS
