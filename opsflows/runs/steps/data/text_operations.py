"""What the step `text` can do with a text: one small class for each operation, with its own fields."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import Field

from opsflows.rules import RenderError
from opsflows.rules.patterns import Pattern, compile_pattern
from opsflows.rules.templates.filters.texts import extract_domain, slug, truncate
from opsflows.rules.text import excerpt
from opsflows.runs.steps.data.limits import MAX_ITEMS, MAX_TEXT, DataError
from opsflows.workflows import field_looks as looks
from opsflows.workflows.kinds import StepConfig

MAX_PATTERN_WORK = 20_000_000  #: Characters that the patterns of one step may look at, again after every match.
MAX_PADDED = 1000

_WORD_START = re.compile(r"(?:^|(?<=[\s\-/(“\"]))\w")


class Work:
    """What the patterns of one step have cost so far."""

    def __init__(self) -> None:
        self._left = MAX_PATTERN_WORK

    def look(self, text: str) -> None:
        """Count one search through `text`."""
        self._left -= len(text)
        if self._left < 0:
            raise DataError("The pattern finds too much in so long a text; use a shorter text, or split it first.")


class Operation(StepConfig):
    """One operation. `takes` and `makes` say whether it wants or gives a list; else it takes each text by itself."""

    do: str

    @property
    def takes_list(self) -> bool:
        return False

    @property
    def makes_list(self) -> bool:
        return False

    def apply(self, value: Any, work: Work) -> Any:
        """The result for a text, or for the whole list where it takes one. May raise `DataError`."""
        raise NotImplementedError


class Plain(Operation):
    do: Literal["upper", "lower", "title", "sentence", "slug", "count_words"]

    def apply(self, value: str, work: Work) -> Any:
        return _PLAIN[self.do](value)


class Trim(Operation):
    do: Literal["trim"]
    inside: bool = Field(default=False, title="Also inside", description="Also turn gaps inside into one blank.")

    def apply(self, value: str, work: Work) -> str:
        return " ".join(value.split()) if self.inside else value.strip()


class Replace(Operation):
    do: Literal["replace"]
    find: str = Field(title="Find", description="The text to look for, as it is.")
    put: str = Field(default="", title="Put instead", description="What comes in its place.")

    def apply(self, value: str, work: Work) -> str:
        if not self.find:
            raise DataError("there is nothing to find; the variable that holds it is empty.")
        if len(value) + value.count(self.find) * (len(self.put) - len(self.find)) > MAX_TEXT:
            raise DataError(f"the text would have more than {MAX_TEXT:,} characters.")
        return value.replace(self.find, self.put)


class ReplaceMatches(Operation):
    do: Literal["replace_matches"]
    pattern: str = Field(
        title="Pattern",
        description="A regular expression; every match is replaced.",
        json_schema_extra=looks.look(looks.TEXT),
    )
    put: str = Field(default="", title="Put instead", description="What comes in its place, as it is.")

    def apply(self, value: str, work: Work) -> str:
        work.look(value)
        parts, position, length = [], 0, 0
        for start, end in known_pattern(self.pattern).spans(value):
            work.look(value[start:])
            parts += [value[position:start], self.put]
            length += start - position + len(self.put)
            if length > MAX_TEXT:
                raise DataError(f"the text would have more than {MAX_TEXT:,} characters.")
            position = end
        return "".join([*parts, value[position:]])


class Split(Operation):
    do: Literal["split"]
    separator: str = Field(
        default=",", title="Between parts", description="What stands between the parts; left empty, any gap."
    )
    trim: bool = Field(default=True, title="Without blanks around", description="Without blanks around each part.")
    drop_empty: bool = Field(default=False, title="Without empty parts", description="Without parts that are empty.")

    @property
    def makes_list(self) -> bool:
        return True

    def apply(self, value: str, work: Work) -> list[str]:
        if self.separator and value.count(self.separator) >= MAX_ITEMS:
            raise DataError(f"there are more than {MAX_ITEMS:,} parts.")
        parts = value.split(self.separator or None)
        stripped = [part.strip() for part in parts] if self.trim else parts
        return [part for part in stripped if part] if self.drop_empty else stripped


class Join(Operation):
    do: Literal["join"]
    separator: str = Field(default=", ", title="Between parts", description="What comes between the parts.")

    @property
    def takes_list(self) -> bool:
        return True

    def apply(self, value: list[str], work: Work) -> str:
        if sum(map(len, value)) + len(self.separator) * len(value) > MAX_TEXT:
            raise DataError(f"the text would have more than {MAX_TEXT:,} characters.")
        return self.separator.join(value)


class Pick(Operation):
    do: Literal["pick"]
    position: int = Field(
        ge=-MAX_ITEMS,
        le=MAX_ITEMS,
        title="Which part",
        description="Which part of a list: 1 is the first, -1 the last. None: empty.",
    )

    @property
    def takes_list(self) -> bool:
        return True

    def apply(self, value: list[str], work: Work) -> str:
        index = self.position - 1 if self.position > 0 else self.position
        return value[index] if -len(value) <= index < len(value) else ""


class Extract(Operation):
    do: Literal["extract"]
    pattern: str = Field(
        title="Pattern",
        description="A regular expression; what it matches is the result.",
        json_schema_extra=looks.look(looks.TEXT),
    )
    group: int = Field(
        default=0, ge=0, le=50, title="Group", description="Only what the group of this number took; 0: all of it."
    )
    all: bool = Field(default=False, title="Every match", description="Every match, as a list, instead of the first.")
    required: bool = Field(
        default=False,
        title="Fail where nothing matches",
        description="Fail where nothing matches, instead of giving an empty text.",
    )

    @property
    def makes_list(self) -> bool:
        return self.all

    def apply(self, value: str, work: Work) -> Any:
        work.look(value)
        found: list[str] = []
        for match in known_pattern(self.pattern).find(value, group=self.group):
            found.append(match)
            if not self.all:
                break
            if len(found) > MAX_ITEMS:
                raise DataError(f"there are more than {MAX_ITEMS:,} matches.")
            # How far the search has come is not told, so each match counts as a search of the whole.
            work.look(value)
        if not found and self.required:
            raise DataError(f"nothing in {excerpt(value)} matches {excerpt(self.pattern)}.")
        return found if self.all else "".join(found)


class Truncate(Operation):
    do: Literal["truncate"]
    length: int = Field(
        ge=1, le=MAX_TEXT, title="Most characters", description="The most characters, the end included."
    )
    end: str = Field(default="…", max_length=50, title="End with", description="What shows that text was left out.")

    def apply(self, value: str, work: Work) -> str:
        return truncate(value, self.length, self.end)


class Pad(Operation):
    do: Literal["pad"]
    length: int = Field(ge=1, le=MAX_PADDED, title="Fewest characters", description="The fewest characters.")
    fill: str = Field(
        default=" ", min_length=1, max_length=1, title="Fill with", description="One character to fill up with."
    )
    side: Literal["left", "right"] = Field(default="left", title="Where", description="Where to fill up.")

    def apply(self, value: str, work: Work) -> str:
        return value.rjust(self.length, self.fill) if self.side == "left" else value.ljust(self.length, self.fill)


class Domain(Operation):
    do: Literal["domain"]
    required: bool = Field(
        default=False,
        title="Fail where there is none",
        description="Fail where it is no address, instead of giving an empty text.",
    )

    def apply(self, value: str, work: Work) -> str:
        try:
            return extract_domain(value)
        except RenderError:
            if self.required:
                raise DataError(f"{excerpt(value)} is neither an email address nor a web address.") from None
            return ""


AnyOperation = Annotated[
    Plain | Trim | Replace | ReplaceMatches | Split | Join | Pick | Extract | Truncate | Pad | Domain,
    Field(discriminator="do"),
]


@lru_cache(maxsize=128)
def known_pattern(source: str) -> Pattern:
    """The pattern of a definition, which was compiled before when it was published. Raises `PatternError`."""
    return compile_pattern(source)


def _title(text: str) -> str:
    return _WORD_START.sub(lambda found: found[0].upper(), text.lower())


def _sentence(text: str) -> str:
    """Small letters, and a large one where a sentence begins; the dot in `acme.com` ends none."""
    letters, begins, stopped = [], True, False
    for letter in text.lower():
        letters.append(letter.upper() if begins and letter.isalnum() else letter)
        begins = (begins and not letter.isalnum()) or (stopped and letter.isspace())
        stopped = letter in ".!?…"
    return "".join(letters)


_PLAIN: dict[str, Callable[[str], Any]] = {
    "upper": str.upper,
    "lower": str.lower,
    "title": _title,
    "sentence": _sentence,
    "slug": slug,
    "count_words": lambda text: len(text.split()),
}
