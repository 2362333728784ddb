"""What is wrong with the fields of a request form, as staff or a program wrote them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from opsflows.approvals.forms.kinds import WITH_CHOICES, Kind
from opsflows.rules import Problem
from opsflows.rules.dates import NAMED_DATES

MAX_FIELDS: Final = 40
MAX_FILES: Final = 5
MAX_CHOICES: Final = 100
MAX_LABEL: Final = 100
MAX_HELP: Final = 255
MAX_CHOICE: Final = 100

#: What a submission says beside its fields.
ABOUT_SUBMISSION: Final = ("formSubmissionId", "form", "requesterName", "requesterEmail", "requesterUsername")
#: What rules read under these names is something else; or the page's own.
_TAKEN: Final = frozenset({"event", "execution", "steps", "item", "csrfmiddlewaretoken", *ABOUT_SUBMISSION})
_KEY: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,49}", re.ASCII)
_CURRENCY: Final = re.compile(r"[A-Z]{3}", re.ASCII)
_PROPERTIES: Final = frozenset({"key", "label", "kind", "required", "help", "choices"})


def field_problems(documents: Any) -> list[Problem]:
    """What is wrong with `fields`, each at its place such as `fields[1].key`; none: they can be kept."""
    if not isinstance(documents, list):
        return [Problem("fields", "Must be a list of fields.")]
    if not documents:
        return [Problem("fields", "Add at least one field; a form without any asks nothing.")]
    if len(documents) > MAX_FIELDS:
        return [Problem("fields", f"At most {MAX_FIELDS} fields are possible; these are {len(documents)}.")]
    found: list[Problem] = []
    for index, document in enumerate(documents):
        place = f"fields[{index}]"
        if not isinstance(document, Mapping):
            found.append(Problem(place, "Must be an object with key, label and kind."))
            continue
        found += _field_problems(document, place)
    # Between fields only once each of them is one.
    return found or list(_clashes(documents))


def _field_problems(document: Mapping[str, Any], place: str) -> Iterator[Problem]:
    if unknown := sorted(str(name) for name in document.keys() - _PROPERTIES):
        known = ", ".join(sorted(_PROPERTIES))
        yield Problem(place, f"Knows no {unknown[0][:40]!r}; a field has {known}.")
    yield from _key_problems(document.get("key"), f"{place}.key")
    yield from _line_problems(document.get("label"), f"{place}.label", MAX_LABEL, "such as Amount", is_needed=True)
    yield from _line_problems(document.get("help", ""), f"{place}.help", MAX_HELP, "such as Without tax")
    if not isinstance(document.get("required", False), bool):
        yield Problem(f"{place}.required", "Must be true or false.")
    kind = document.get("kind")
    if not isinstance(kind, str) or kind not in Kind.values:
        yield Problem(f"{place}.kind", f"{str(kind)[:40]!r} is none of {', '.join(Kind.values)}.")
    else:
        yield from _choice_problems(Kind(kind), document.get("choices", []), f"{place}.choices")


def _key_problems(key: Any, place: str) -> Iterator[Problem]:
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        said = f"{str(key)[:40]!r} cannot be a key" if key else "Give it a key"
        yield Problem(
            place,
            f"{said}: up to 50 plain letters, digits and _, a letter first, such as startDate.",
        )
    elif key in _TAKEN or key in NAMED_DATES:
        yield Problem(place, f"Rules read something else under {key}; take another key, such as {key}Wanted.")


def _line_problems(text: Any, place: str, longest: int, example: str, *, is_needed: bool = False) -> Iterator[Problem]:
    if not isinstance(text, str):
        yield Problem(place, f"Must be a text, {example}.")
    elif is_needed and not text.strip():
        yield Problem(place, f"Is empty; say what people read beside the field, {example}.")
    elif len(text) > longest:
        yield Problem(place, f"Has {len(text)} characters; at most {longest} are possible.")
    elif not text.isprintable() or text.strip() != text:
        yield Problem(place, "Must be one line, without spaces at its ends and without characters that are not seen.")


def _choice_problems(kind: Kind, choices: Any, place: str) -> Iterator[Problem]:
    if not isinstance(choices, list | tuple) or not all(isinstance(each, str) for each in choices):
        yield Problem(place, "Must be a list of texts.")
        return
    if choices and kind not in WITH_CHOICES:
        yield Problem(place, f"{kind.label} takes no choices; take them out, or make the kind Choice.")
    elif kind is Kind.MONEY:
        if wrong := next((each for each in choices if not _CURRENCY.fullmatch(each)), None):
            yield Problem(place, f"{wrong[:40]!r} is no currency; write three capital letters, such as USD or EUR.")
    elif kind in WITH_CHOICES and not choices:
        yield Problem(place, "Name what can be chosen, at least one.")
    if len(choices) > MAX_CHOICES:
        yield Problem(place, f"At most {MAX_CHOICES} choices are possible; these are {len(choices)}.")
    for each in choices:
        if not each or len(each) > MAX_CHOICE or not each.isprintable() or each.strip() != each or ";" in each:
            yield Problem(place, f"{each[:40]!r} cannot be chosen: use 1 to {MAX_CHOICE} characters on one line, no ;.")
            return
    if twice := _first_twice(choices):
        yield Problem(place, f"{twice!r} is there twice; once is enough.")


def _clashes(documents: list[Mapping[str, Any]]) -> Iterator[Problem]:
    """Keys and labels are each there once, however they are written; amounts bring the key of their currency along."""
    keys, labels = dict[str, int](), set[str]()
    for index, document in enumerate(documents):
        key, label = document["key"], document["label"]
        own = [key, f"{key}Currency"] if document["kind"] == Kind.MONEY else [key]
        for each in own:
            if (other := keys.setdefault(each.casefold(), index)) != index:
                taker = documents[other]["label"]
                yield Problem(f"fields[{index}].key", f"{each} is taken by the field {taker!r}; take another key.")
        if label.casefold() in labels:
            yield Problem(f"fields[{index}].label", f"Another field is called {label!r}, too; call one otherwise.")
        labels.add(label.casefold())
    files = sum(document["kind"] == Kind.FILE for document in documents)
    if files > MAX_FILES:
        yield Problem("fields", f"At most {MAX_FILES} files are possible; these are {files}.")


def _first_twice(texts: Sequence[str]) -> str | None:
    seen: set[str] = set()
    for each in texts:
        if each.casefold() in seen:
            return each
        seen.add(each.casefold())
    return None
