"""What came back from a script's process. Nothing in it is believed: a script may have had the process in its hands."""

import json
import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from opsflows.jsontext import JsonError, parse_json
from opsflows.scripting.limits import HEAP_MB, LOG_LINE, LOG_LINES, MAX_ERROR, MAX_VALUE

_TOO_LONG = f"The value that the script returned is longer than {MAX_VALUE // 1024} KB as JSON; return less."
_NO_MEMORY = f"The script took more memory than the {HEAP_MB} MB it may have, and was ended."
#: How V8 ends when it can have no more memory.
_OUT_OF_MEMORY = {signal.SIGTRAP, signal.SIGABRT, signal.SIGILL, signal.SIGSEGV, signal.SIGBUS}


class NotStarted(Exception):  # noqa: N818  (reads as the answer it becomes)
    """There was no process to run the script in; the message says why. It may work later."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The value that the script returned, or in `error` why there is none; and what it logged."""

    value: Any = None
    error: str | None = None
    log: list[str] = field(default_factory=list)


def answer_of(raw: bytes) -> Answer:
    """What a process wrote before it ended by itself."""
    try:
        document = json.loads(raw)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        return Answer(error="The script's process ended without an answer.")
    log = _log(document)
    if "value" not in document:
        return Answer(error=_error(document), log=log)
    text = str(document["value"]).encode("utf-8", "surrogatepass")
    if len(text) > MAX_VALUE:
        return Answer(error=_TOO_LONG, log=log)
    try:
        return Answer(value=parse_json(text), log=log)
    except JsonError as error:
        return Answer(error=f"The value that the script returned cannot be kept. {error}", log=log)


def took_too_long(timeout: float) -> Answer:
    """The process was ended at the end of its time."""
    return Answer(error=f"The script took longer than {timeout:g} seconds and was ended.")


def died(status: int) -> Answer:
    """The process ended with `status` (negative: by a signal) and said nothing."""
    if -status in _OUT_OF_MEMORY:
        return Answer(error=_NO_MEMORY)
    if -status == signal.SIGKILL:
        return Answer(error="The script was ended from outside, most likely because the machine ran out of memory.")
    return Answer(error="The script's process ended without an answer.")


def _error(document: Mapping[str, Any]) -> str:
    if "too_long" in document:
        return _TOO_LONG
    line = document.get("line")
    where = f" on line {line}" if isinstance(line, int) and line > 0 else ""
    if "broken" in document:
        return f"The script cannot be read{where}: {_clean(document['broken'], MAX_ERROR)}"
    return f"The script failed{where}: {_clean(document.get('thrown', ''), MAX_ERROR)}"


def _log(document: Mapping[str, Any]) -> list[str]:
    lines = document.get("log")
    kept = [_clean(line, LOG_LINE) for line in lines[:LOG_LINES]] if isinstance(lines, list) else []
    left_out = document.get("left_out")
    return [*kept, f"({left_out} more lines)"] if isinstance(left_out, int) and left_out > 0 else kept


def _clean(text: object, most: int) -> str:
    """As it can be stored: without U+0000 and halves of surrogate pairs."""
    return str(text)[:most].replace("\x00", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
