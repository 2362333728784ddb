"""Strict parsing of JSON that strangers send."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NoReturn

MAX_DEPTH = 64
#: Digits and exponents past this are refused: PostgreSQL's numeric and every later sum would choke on them.
MAX_NUMBER_LENGTH = 128
MAX_EXPONENT = 1000


class JsonError(ValueError):
    """The text is not JSON that both of our databases can keep. The message names what is wrong and where."""


def parse_json(text: bytes | str, *, max_depth: int = MAX_DEPTH) -> Any:
    """Parse `text` as UTF-8 JSON; fractions become `Decimal`.

    Refuses what PostgreSQL's jsonb would refuse or change (NUL characters, lone surrogates, NaN, huge numbers), so that
    an event accepted on SQLite is accepted on PostgreSQL as well.

    Raises:
        JsonError: with a message that is safe to show to the sender.
    """
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8")
        except UnicodeDecodeError as error:
            raise JsonError(f"The body is not UTF-8: byte {error.start} cannot be decoded.") from None
    try:
        document = _decoder.decode(text)
    except json.JSONDecodeError as error:
        raise JsonError(f"Not valid JSON: {error.msg} at line {error.lineno}, column {error.colno}.") from None
    except RecursionError:
        raise JsonError(f"The JSON is nested deeper than {max_depth} levels.") from None
    # A text with fewer brackets than levels allowed cannot be too deep, and most have fewer.
    if text.count("[") + text.count("{") > max_depth:
        _check_depth(document, max_depth)
    # Only an escape can bring in what raw UTF-8 cannot hold, so texts without one need no walk.
    if "\\u" in text or "\x00" in text:
        _check_characters(document)
    return document


def _decimal(text: str) -> Decimal:
    if len(text) > MAX_NUMBER_LENGTH:
        raise JsonError(f"A number is longer than {MAX_NUMBER_LENGTH} characters.")
    number = Decimal(text)
    if abs(number.adjusted()) > MAX_EXPONENT:
        raise JsonError(f"The number {text} is out of range.")
    return number


def _integer(text: str) -> int:
    if len(text) > MAX_NUMBER_LENGTH:
        raise JsonError(f"A number is longer than {MAX_NUMBER_LENGTH} characters.")
    return int(text)


def _refuse_constant(name: str) -> NoReturn:
    raise JsonError(f"{name} is not JSON; send null or a number.")


def _check_depth(document: Any, max_depth: int) -> None:
    level: list[Any] = [document]
    for _ in range(max_depth + 1):
        level = [child for node in level if isinstance(node, dict | list) for child in _children(node)]
        if not level:
            return
    raise JsonError(f"The JSON is nested deeper than {max_depth} levels.")


def _children(node: dict[str, Any] | list[Any]) -> Iterator[Any]:
    return iter(node.values() if isinstance(node, dict) else node)


def _check_characters(document: Any) -> None:
    stack = [document]
    while stack:
        node = stack.pop()
        if isinstance(node, str):
            _check_text(node)
        elif isinstance(node, dict):
            stack.extend(node.keys())
            stack.extend(node.values())
        elif isinstance(node, list):
            stack.extend(node)


def read_stored(text: str) -> Any:
    """JSON that was checked when it was stored; fractions become `Decimal`."""
    return _stored.decode(text)


def _check_text(text: str) -> None:
    if "\x00" in text:
        raise JsonError("A text holds the character U+0000, which cannot be stored; remove it.")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise JsonError("A text holds half of a surrogate pair, which is not Unicode; send whole characters.") from None


# Made once: building one costs as much as reading a small document.
_decoder = json.JSONDecoder(parse_float=_decimal, parse_int=_integer, parse_constant=_refuse_constant)
_stored = json.JSONDecoder(parse_float=Decimal)
