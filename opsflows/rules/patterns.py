"""Regular expressions on RE2: a search takes time in proportion to the text, whatever the pattern."""

from collections.abc import Iterator

import re2

MAX_PATTERN = 250
#: How much of a text `matches` searches; a match that would begin or end beyond is not found.
MAX_TEXT = 5000
#: Bytes one compiled pattern may take; a pattern that repeats too much is refused instead of growing.
_MAX_MEMORY = 1 << 20


class PatternError(ValueError):
    """The pattern cannot be used; the message says why."""


class Pattern:
    """A compiled pattern."""

    __slots__ = ("_compiled",)

    def __init__(self, source: str) -> None:
        options = re2.Options()
        options.max_mem = _MAX_MEMORY
        options.log_errors = False
        try:
            self._compiled = re2.compile(source, options)
        except re2.error as error:
            raise PatternError(_reason(error)) from None

    def search(self, text: str) -> bool:
        """Whether the pattern matches anywhere in the first `MAX_TEXT` characters of `text`."""
        return self._compiled.search(text[:MAX_TEXT]) is not None

    @property
    def groups(self) -> int:
        """How many groups in parentheses it has."""
        return int(self._compiled.groups)

    def covers(self, text: str) -> bool:
        """Whether the whole of `text`, however long, is a match."""
        return self._compiled.fullmatch(text) is not None

    def find(self, text: str, *, group: int = 0) -> Iterator[str]:
        """Every match in `text`, or of each match what `group` took, if anything; as far as they are asked for."""
        for match in self._compiled.finditer(text):
            found = match.group(group)
            if found is not None:
                yield found

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Where every match in `text` begins and ends."""
        return (match.span() for match in self._compiled.finditer(text))


def compile_pattern(source: str) -> Pattern:
    """The pattern `source`, in RE2's syntax: that of Python without look-around and back-references.

    Raises:
        PatternError: it is broken, too long, or repeats too much.
    """
    if len(source) > MAX_PATTERN:
        raise PatternError(f"it is longer than {MAX_PATTERN} characters")
    return Pattern(source)


def _reason(error: Exception) -> str:
    detail = error.args[0] if error.args else str(error)
    text = detail.decode("utf-8", "replace") if isinstance(detail, bytes) else str(detail)
    if "invalid perl operator" in text or "invalid escape sequence: \\" in text:
        return f"{text}; look-around and back-references are not available"
    if "pattern too large" in text:
        return "it repeats too much; use smaller counts"
    return text
