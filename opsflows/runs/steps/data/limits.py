"""What one data step may take and make. Counted, so that the same data always ends the same way."""

from collections.abc import Mapping
from typing import Any

MAX_ITEMS = 10_000  #: Items of one list.
MAX_TEXT = 256 * 1024  #: Characters of one text that is worked on, or made.
MAX_DEPTH = 80  #: Lists and objects within one another.
MAX_VALUES = 500_000  #: Values, those inside of others among them, that one step answers with.
MAX_CHARACTERS = 8_000_000  #: Characters of all texts that one step answers with.


class DataError(Exception):
    """The step cannot be done with this data; the message names the field, what is wrong and what would be right."""


class Allowance:
    """What is left of the size that one step's answer may have."""

    __slots__ = ("_characters", "_values")

    def __init__(self) -> None:
        self._values, self._characters = MAX_VALUES, MAX_CHARACTERS

    def take(self, value: Any) -> None:
        """Count `value`; one that is there twice counts twice, as it will when it is written down.

        Raises:
            DataError: it is too much, or nested too deeply.
        """
        level = [value]
        self._count(1, 0)
        for _ in range(MAX_DEPTH):
            inside: list[Any] = []
            for node in level:
                if isinstance(node, str):
                    self._count(0, len(node))
                elif isinstance(node, Mapping):
                    self._count(len(node), sum(map(len, node)))
                    inside.extend(node.values())
                elif isinstance(node, list | tuple):
                    self._count(len(node), 0)
                    inside.extend(node)
            if not inside:
                return
            level = inside
        raise DataError(f"The result is nested deeper than {MAX_DEPTH} levels; keep less of what is inside.")

    def _count(self, values: int, characters: int) -> None:
        self._values -= values
        self._characters -= characters
        if self._values < 0 or self._characters < 0:
            raise DataError(
                f"The result is too large: at most {MAX_VALUES:,} values and {MAX_CHARACTERS:,} characters; keep fewer "
                "items, or fewer of their fields."
            )


def check_text(text: str, what: str) -> str:
    """`text`, if it is not too long.

    Raises:
        DataError: it is; `what` is what the message calls it.
    """
    if len(text) > MAX_TEXT:
        raise DataError(f"{what} has {len(text):,} characters; at most {MAX_TEXT:,} are possible.")
    return text
