"""What goes in and comes out: JSON, to the last digit that a number of JavaScript has."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsflows.jsontext import dump_json
from opsflows.scripting.answer import answer_of
from opsflows.scripting.run_script import Order, run_script
from tests.scripting.conftest import CLOCK, Run

texts = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00"), max_size=12)
#: Money and the like: up to 15 digits come back as they went in.
decimals = st.builds(
    lambda digits, places: Decimal(digits).scaleb(-places), st.integers(-(10**15) + 1, 10**15 - 1), st.integers(0, 20)
)
plain = st.none() | st.booleans() | texts | decimals | st.integers(-(2**53), 2**53)
documents = st.recursive(
    plain, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts | st.just("__proto__"), inner, max_size=4)
)


@settings(max_examples=8)
@given(st.lists(documents, min_size=5, max_size=40))
def test_json_comes_back_as_it_went_in(values: list[Any]) -> None:
    order = Order("return [input, event]", dump_json({"input": values, "event": {"is": values}}), CLOCK, "UTC", 1)
    answer = run_script(order, timeout=5)
    assert answer.error is None
    assert answer.value == [values, {"is": values}]


VALUES: dict[str, Any] = {
    "0.1 + 0.2": Decimal("0.30000000000000004"),
    "1e21": Decimal("1E+21"),
    "5e-324": Decimal("5E-324"),
    "2 ** 53": 2**53,
    "-0": 0,
    "[NaN, 1 / 0, undefined, () => 1, Symbol('x')]": [None] * 5,
    "({a: undefined, b: new Date(0), c: new Map([[1, 2]])})": {"b": "1970-01-01T00:00:00.000Z", "c": {}},
    "input.amount": Decimal("19.99"),
    "input.id": 12345678901234567000,
    "String(input.sum)": "0.1",
    "'ä€😀\u2028'": "ä€😀\u2028",
}


def test_what_a_value_becomes(run: Run) -> None:
    amounts = {"amount": Decimal("19.99"), "id": 12345678901234567891, "sum": Decimal("0.10")}
    answer = run(f"return [{', '.join(VALUES)}] // the end", input=amounts)
    assert answer.error is None
    assert answer.value == list(VALUES.values())
    assert list(map(type, answer.value)) == list(map(type, VALUES.values()))


def test_nothing_returned_is_null(run: Run) -> None:
    assert run("").value is None


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("return 10n", "The script failed: TypeError: Do not know how to serialize a BigInt"),
        ("const a = {}; a.a = a; return a", "The script failed: TypeError: Converting circular structure"),
        ("return 'a\\0b'", "The value that the script returned cannot be kept. A text holds the character U+0000"),
        ("return '\\ud800'", "The value that the script returned cannot be kept. A text holds half of a surrogate"),
        ("return 'x'.repeat(256 * 1024)", "The value that the script returned is longer than 256 KB as JSON"),
        ("return '€'.repeat(100 * 1024)", "The value that the script returned is longer than 256 KB as JSON"),
        ("let a = []; for (let i = 0; i < 100; i++) a = [a]; return a", "cannot be kept. The JSON is nested deeper"),
        ("throw new Error('a\\0b\\ud800')", "The script failed on line 1: Error: a\ufffdb\ufffd"),
        ("throw 'no'", "The script failed: no"),
        ("throw {code: 7}", 'The script failed: {"code":7}'),
        ("let x;\n\nreturn x.y", "The script failed on line 3: TypeError: Cannot read properties of undefined"),
        ("const find = () => nothing;\nreturn find()", "The script failed on line 1: ReferenceError: nothing"),
        ("total = 1", "The script failed on line 1: ReferenceError: total is not defined"),
        ("return 1\n}{", "The script cannot be read on line 2: SyntaxError: Unexpected token '{'"),
        ("return (1", "The script cannot be read on line 1: SyntaxError"),
        ("return /(/", "The script cannot be read on line 1: SyntaxError: Invalid regular expression"),
    ],
)
def test_why_there_is_no_value(run: Run, source: str, message: str) -> None:
    assert message in str(run(source).error)


@pytest.mark.parametrize("thrown", ["'x'.repeat(4e6)", "new Error('x'.repeat(4e6))"])
def test_an_error_that_is_too_long_is_cut(run: Run, thrown: str) -> None:
    answer = run(f"console.log('before'); throw {thrown}")
    assert answer.error is not None
    assert answer.error.startswith("The script failed")
    assert answer.error.endswith("xxx")
    assert len(answer.error) < 1100
    assert answer.log == ["before"]


def test_what_is_logged_can_be_kept(run: Run) -> None:
    source = "console.log('a\\0b', '\\ud800', {c: [1]}, null, undefined, Symbol('d'), new Error('e')); return 1"
    assert run(source).log == ['a\ufffdb \ufffd {"c":[1]} null undefined Symbol(d) Error: e']


@given(st.binary(max_size=60) | st.builds(lambda value: dump_json(value).encode(), documents))
def test_garbage_from_a_process_is_an_error(raw: bytes) -> None:
    assert answer_of(raw).error


@given(
    st.fixed_dictionaries(
        {}, optional=dict.fromkeys(("value", "log", "left_out", "line", "thrown", "broken", "too_long"), documents)
    )
)
def test_a_crooked_answer_raises_nothing(document: dict[str, Any]) -> None:
    answer = answer_of(dump_json(document).encode())
    assert all(isinstance(line, str) for line in answer.log)
    assert answer.error is None or answer.value is None
