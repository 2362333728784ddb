"""Strict parsing of JSON that strangers send."""

import json
from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

from opsflows.jsontext.place import walk, written

MAX_DEPTH = 64
#: Digits and exponents past this are refused: PostgreSQL's numeric and every later sum would choke on them.
MAX_NUMBER_LENGTH = 128
MAX_EXPONENT = 1000
#: Characters of a number that is too long which a refusal shows.
SHOWN_OF_NUMBER = 20


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
        # A text with fewer brackets than levels allowed cannot be too deep, and most have fewer.
        if text.count("[") + text.count("{") > max_depth:
            _check_depth(document, max_depth)
    except json.JSONDecodeError as error:
        raise JsonError(f"Not valid JSON: {error.msg} at line {error.lineno}, column {error.colno}.") from None
    except RecursionError:
        raise _too_deep(max_depth) from None
    except _Unfit as unfit:
        raise JsonError(_placed(unfit, text)) from None
    # Only an escape can bring in what raw UTF-8 cannot hold, so texts without one need no walk.
    if "\\u" in text or "\x00" in text:
        try:
            _check_characters(document)
        except _Unfit as unfit:
            raise JsonError(_placed(unfit, text)) from None
    return document


class _Unfit(Exception):  # noqa: N818  (an answer, not a fault)
    """A number or a text that cannot be kept; the message says why, but not where."""


def _decimal(text: str) -> Decimal:
    _check_length(text)
    try:
        number: Decimal | None = Decimal(text)
    except InvalidOperation:  # an exponent past what `Decimal` itself can hold
        number = None
    if number is None or abs(number.adjusted()) > MAX_EXPONENT:
        reach = f"from -{MAX_EXPONENT} to {MAX_EXPONENT}"
        raise _Unfit(f"The number {text} is out of range: with one digit before the point, its exponent goes {reach}.")
    return number


def _integer(text: str) -> int:
    _check_length(text)
    return int(text)


def _check_length(text: str) -> None:
    if len(text) > MAX_NUMBER_LENGTH:
        beginning = text[:SHOWN_OF_NUMBER]
        raise _Unfit(
            f"The number {beginning}… has {len(text)} characters; at most {MAX_NUMBER_LENGTH} are taken. "
            "Send it as text if every digit counts."
        )


def _refuse_constant(name: str) -> NoReturn:
    raise _Unfit(f"{name} is not JSON; send null or a number.")


def _placed(unfit: _Unfit, text: str) -> str:
    """What is unfit first in the text, and where; parsed once more, because parsing a number does not know where."""
    try:
        document = _marking.decode(text)
    except (ValueError, RecursionError):
        return str(unfit)
    for path, value in walk(document):
        if path and isinstance(path[-1], str) and (reason := _text_flaw(path[-1])):
            above = written(path[:-1])
            return f"In a key of {above}: {reason}" if above else f"In a key: {reason}"
        reason = str(value) if isinstance(value, _Unfit) else _text_flaw(value) if isinstance(value, str) else None
        if reason:
            return f"At {written(path)}: {reason}" if path else reason
    # The value is in the text, but another one of the same key came after it.
    return str(unfit)


def _marked(convert: Callable[[str], Any]) -> Callable[[str], Any]:
    """`convert`, with the refusal in the place of a value that it refuses."""

    def marked(text: str) -> Any:
        try:
            return convert(text)
        except _Unfit as unfit:
            return unfit

    return marked


def _too_deep(max_depth: int) -> JsonError:
    return JsonError(f"The JSON is nested deeper than {max_depth} levels.")


def _check_depth(document: Any, max_depth: int) -> None:
    level: list[Any] = [document]
    for _ in range(max_depth + 1):
        level = [child for node in level if isinstance(node, dict | list) for child in _children(node)]
        if not level:
            return
    raise _too_deep(max_depth)


def _children(node: dict[str, Any] | list[Any]) -> Iterator[Any]:
    return iter(node.values() if isinstance(node, dict) else node)


def _check_characters(document: Any) -> None:
    stack = [document]
    while stack:
        node = stack.pop()
        if isinstance(node, str):
            if flaw := _text_flaw(node):
                raise _Unfit(flaw)
        elif isinstance(node, dict):
            stack.extend(node.keys())
            stack.extend(node.values())
        elif isinstance(node, list):
            stack.extend(node)


def read_stored(text: str) -> Any:
    """JSON that was checked when it was stored; fractions become `Decimal`."""
    return _stored.decode(text)


def _text_flaw(text: str) -> str | None:
    if "\x00" in text:
        return "A text holds the character U+0000, which cannot be stored; remove it."
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return "A text holds half of a surrogate pair, which is not Unicode; send whole characters."
    return None


# Made once: building one costs as much as reading a small document.
_decoder = json.JSONDecoder(parse_float=_decimal, parse_int=_integer, parse_constant=_refuse_constant)
_marking = json.JSONDecoder(
    parse_float=_marked(_decimal), parse_int=_marked(_integer), parse_constant=_marked(_refuse_constant)
)
_stored = json.JSONDecoder(parse_float=Decimal)
