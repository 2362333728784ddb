"""A text that a pattern matches, for the patterns people write: literals, classes, groups, repeats, alternatives.

Only a proposal: whoever uses it has the pattern look at it.
"""

import re

_CLASSES = {"d": "0", "w": "a", "s": " ", "D": "a", "W": "-", "S": "a", "n": "\n", "t": "\t", "b": "", "B": "", "A": ""}
_CLASSES |= {"z": "", "Z": ""}
_REPEAT = re.compile(r"(?:[*+?]|\{(\d+)(?:,\d*)?\})\??")
_GROUP = re.compile(r"\(\?(?:P?<\w+>|[a-zA-Z-]*:|:)")
_FLAGS = re.compile(r"\(\?[a-zA-Z-]+\)")
_NAMED = {
    "digit": "0",
    "alpha": "a",
    "alnum": "a",
    "upper": "A",
    "lower": "a",
    "space": " ",
    "punct": "-",
    "xdigit": "0",
}
#: Characters to try for a class that names what must not be there.
_OTHERS = "a0A -_.@zZ9"


class _Beyond(Exception):  # noqa: N818  (an answer, not a fault)
    """The pattern has something in it that is not read here."""


def sample_text(pattern: str) -> str | None:
    """The shortest text that comes to mind for `pattern`; None where it cannot be read."""
    reader = _Reader(pattern)
    try:
        text = reader.alternatives()
    except (_Beyond, IndexError, ValueError, RecursionError, re.error):
        # Patterns are RE2's, and `re` does not take all of them.
        return None
    return text if reader.at == len(pattern) else None


class _Reader:
    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0

    def alternatives(self) -> str:
        """The first of what stands between bars."""
        found = [self._row()]
        while self._take("|"):
            found.append(self._row())
        return found[0]

    def _row(self) -> str:
        parts: list[str] = []
        while self.at < len(self.pattern) and self.pattern[self.at] not in "|)":
            parts.append(self._repeated(self._atom()))
        return "".join(parts)

    def _repeated(self, text: str) -> str:
        found = _REPEAT.match(self.pattern, self.at)
        if found is None:
            return text
        self.at = found.end()
        least = int(found[1]) if found[1] else 1 if found[0][0] == "+" else 0
        if least * len(text) > _LONGEST:
            raise _Beyond
        return text * least

    def _atom(self) -> str:
        if flags := _FLAGS.match(self.pattern, self.at):
            self.at = flags.end()
            return ""
        character = self.pattern[self.at]
        self.at += 1
        match character:
            case "^" | "$":
                return ""
            case ".":
                return "a"
            case "\\":
                return self._escaped()
            case "[":
                return self._class()
            case "(":
                return self._group()
        return character

    def _group(self) -> str:
        if self.pattern[self.at] == "?":
            head = _GROUP.match(self.pattern, self.at - 1)
            if head is None:
                raise _Beyond
            self.at = head.end()
        text = self.alternatives()
        if not self._take(")"):
            raise _Beyond
        return text

    def _escaped(self) -> str:
        character = self.pattern[self.at]
        self.at += 1
        if character in _CLASSES:
            return _CLASSES[character]
        if character.isalnum():
            raise _Beyond
        return character

    def _class(self) -> str:
        negated = self._take("^")
        start = self.at
        members: list[str] = []
        while self.pattern[self.at] != "]" or self.at == start:
            if self.pattern.startswith("[:", self.at):
                end = self.pattern.index(":]", self.at)
                members.append(_NAMED.get(self.pattern[self.at + 2 : end], ""))
                self.at = end + 2
            elif self._take("\\"):
                members.append(self._escaped())
            else:
                members.append(self.pattern[self.at])
                self.at += 1
        written = self.pattern[start - (2 if negated else 1) : self.at + 1]
        self.at += 1
        if not negated:
            return members[0]
        fitting = re.compile(written)
        return next((each for each in _OTHERS if fitting.match(each)), "")

    def _take(self, character: str) -> bool:
        if not self.pattern.startswith(character, self.at):
            return False
        self.at += 1
        return True


_LONGEST = 1000
