"""Taking SQL apart: what is a parameter, what only looks like one, and where a statement ends."""

import sqlite3

import psycopg
import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from opsflows.databases.own_text import parameter_problem, text_problem, variable_problem
from opsflows.databases.sql import MAX_PARAMETERS, MAX_SQL, POSTGRESQL, SQLITE, SqlError, parse_sql


@pytest.mark.parametrize(
    ("text", "written", "names"),
    [
        ("SELECT :a, :b, :a", "SELECT  $1 ,  $2 ,  $1 ", ("a", "b")),
        ("SELECT ':a' || \":b\" -- :c\n || :d", "SELECT ':a' || \":b\" -- :c\n ||  $1 ", ("d",)),
        ("SELECT 'it''s :a', E'it\\'s :b', :c", "SELECT 'it''s :a', E'it\\'s :b',  $1 ", ("c",)),
        ("SELECT $$ :a ' $$, $x$ $$ :b $x$, :c", "SELECT $$ :a ' $$, $x$ $$ :b $x$,  $1 ", ("c",)),
        ("SELECT /* :a /* :b */ :c */ :d", "SELECT /* :a /* :b */ :c */  $1 ", ("d",)),
        ("SELECT :a::date, x::text, l[1:2]", "SELECT  $1 ::date, x::text, l[1:2]", ("a",)),
        ("SELECT a$b$ , :c , a$b$", "SELECT a$b$ ,  $1  , a$b$", ("c",)),
        ("SELECT :a;\n -- that is all\n;", "SELECT  $1 \n -- that is all\n", ("a",)),
        ("(SELECT :é)", "(SELECT :é)", ()),
    ],
)
def test_parameters_stand_only_where_values_do(text: str, written: str, names: tuple[str, ...]) -> None:
    sql = parse_sql(text, POSTGRESQL)
    assert (sql.text, sql.names, sql.verb) == (written, names, "SELECT")


def test_each_database_reads_in_its_own_way() -> None:
    assert parse_sql("SELECT [a:b], `c:d`, :e", SQLITE).text == "SELECT [a:b], `c:d`,  ?1 "
    # A comment does not hold another one there, and $$ opens no text.
    assert parse_sql("SELECT /* /* */ :a", SQLITE).names == ("a",)
    with pytest.raises(SqlError, match=r"/\*"):
        parse_sql("SELECT /* /* */ :a", POSTGRESQL)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("  -- nothing\n;", "empty"),
        ("SELECT 1; SELECT 2", "Only one statement"),
        ("SELECT 1; /* and */ DROP TABLE x", "Only one statement"),
        ("SELECT 'a", "not closed"),
        ('SELECT "a', "not closed"),
        ("SELECT E'a\\'", "not closed"),
        ("SELECT $x$ a $y$", r"opened with \$x\$"),
        ("SELECT /* a", "not closed"),
        ("SELECT $1", "write :name"),
        ("SELECT E'a' \n 'b\\'; DROP TABLE x --'", "as one"),
        ("SELECT '\x00'", "U\\+0000"),
        ("SELECT " + "x" * MAX_SQL, "longer than"),
        ("SELECT " + ",".join(f":p{number}" for number in range(MAX_PARAMETERS + 1)), "more than"),
    ],
)
def test_what_cannot_be_one_statement_is_refused(text: str, said: str) -> None:
    with pytest.raises(SqlError, match=said):
        parse_sql(text, POSTGRESQL)


@pytest.mark.parametrize("place", ["?", "?1", "$a", "@a"])
def test_other_placeholders_of_sqlite_are_refused(place: str) -> None:
    with pytest.raises(SqlError, match="write :name"):
        parse_sql(f"SELECT {place}", SQLITE)


#: Pieces that open, close, quote and hide things.
PIECES = st.sampled_from(
    [
        "'",
        '"',
        "''",
        "--",
        "\n",
        "/*",
        "*/",
        "$$",
        "$a$",
        ":x",
        "::",
        ";",
        "E'",
        "\\",
        "\\'",
        " ",
        "a",
        "1",
        "[",
        "`",
        "é",
    ]
)
TEXTS = st.lists(PIECES, max_size=14).map(lambda pieces: "SELECT 1 " + "".join(pieces))


@given(TEXTS)
def test_sqlite_sees_one_statement_with_the_same_parameters(text: str) -> None:
    """Whatever is let through is one statement to SQLite itself, with as many places as were found."""
    try:
        sql = parse_sql(text, SQLITE)
    except SqlError:
        return
    database = sqlite3.connect(":memory:")
    try:
        database.execute(sql.text, ["v"] * len(sql.names))
    except sqlite3.OperationalError:
        pass  # It is no SQL; but neither two statements nor another number of places.
    finally:
        database.close()


@pytest.mark.postgres
@pytest.mark.django_db
def test_postgresql_sees_one_statement_with_the_same_parameters() -> None:
    connection.ensure_connection()
    server = connection.connection.pgconn

    @given(TEXTS)
    def holds(text: str) -> None:
        try:
            sql = parse_sql(text, POSTGRESQL)
        except SqlError:
            return
        prepared = server.prepare(b"", sql.text.encode())
        said = prepared.error_message.decode()
        assert "multiple commands" not in said, text
        assert "unterminated" not in said, text
        if prepared.status == psycopg.pq.ExecStatus.COMMAND_OK:
            assert server.describe_prepared(b"").nparams == len(sql.names), text
        server.exec_(b"ROLLBACK")
        server.exec_(b"BEGIN")

    holds()


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT * FROM c WHERE at > '{{sync.last_at}}'", "Write :last_at in place of {{sync.last_at}}"),
        ("SELECT * FROM c WHERE id = {{ steps.a1.output.id | downcase }}", "Write :id in place of"),
        ("SELECT {% if x %} 1", "Write :value in place of {{…}}"),
    ],
)
def test_a_variable_in_the_text_is_explained(sql: str, said: str) -> None:
    assert said in str(variable_problem(sql))
    assert said in str(text_problem(sql, POSTGRESQL))


def test_a_text_that_reads_begins_so() -> None:
    assert text_problem("with x as (select 1) select * from x", None) is None
    assert "administrator" in str(text_problem("UPDATE x SET y = 1", None))
    assert text_problem("UPDATE x SET y = 1", POSTGRESQL, writes=True) is None
    assert "DROP" in str(text_problem("DROP TABLE x", POSTGRESQL, writes=True))


def test_parameters_have_to_fit() -> None:
    assert parameter_problem(["a", "key"], ["a"]) is None
    assert parameter_problem(["a", "b"], ["c"]) == (
        "Give a value for :a, :b. The SQL does not hold :c; remove what is given for it."
    )
    assert "step's own key" in str(parameter_problem(["key"], ["key"]))
