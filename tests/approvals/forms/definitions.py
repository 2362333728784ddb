"""Definitions of forms, and what somebody fills in, of every kind that there is."""

import string
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from hypothesis import strategies as st

from opsflows.approvals.forms.kinds import Kind, decimal_places

PEOPLE = {
    "5f1d": {"name": "Ada Lovelace", "email": "ada@example.com"},
    "9c2e": {"name": "Bob", "email": ""},
}

_line = st.text(min_size=1, max_size=20).map(lambda text: "".join(filter(str.isprintable, text)).strip(" \t"))
_word = _line.filter(lambda text: text.strip() == text and len(text) > 0 and ";" not in text)
_key = st.builds(
    lambda first, rest: f"{first}{rest}",
    st.sampled_from("abcxyz"),
    st.text(string.ascii_letters + string.digits + "_", max_size=8),
)
_digits = st.text(string.digits, min_size=1, max_size=12)


def field(key: str, kind: str, *choices: str, label: str = "", required: bool = False) -> dict[str, Any]:
    """A field as it is stored."""
    return {"key": key, "label": label or key, "kind": kind, "required": required, "choices": list(choices)}


@st.composite
def definitions(draw: Any) -> list[dict[str, Any]]:
    """Fields as somebody may define them; most of them the checks accept."""
    found = []
    for key in draw(st.lists(_key, min_size=1, max_size=8, unique_by=str.casefold)):
        kind = draw(st.sampled_from(Kind.values))
        choices: list[str] = []
        if kind in (Kind.CHOICE, Kind.CHOICES):
            choices = draw(st.lists(_word, min_size=1, max_size=6, unique_by=str.casefold))
        elif kind == Kind.MONEY:
            choices = draw(st.lists(st.sampled_from(["USD", "EUR", "JPY", "KWD"]), max_size=3, unique=True))
        found.append(field(key, kind, *choices, label=f"{key} {draw(_word)}".strip(), required=draw(st.booleans())))
    return found


@st.composite
def filled(draw: Any, fields: list[dict[str, Any]]) -> tuple[QueryDict, dict[str, SimpleUploadedFile]]:
    """What a browser may send for `fields`; most of it is right."""
    data, files = QueryDict(mutable=True), {}
    for each in fields:
        key, kind = each["key"], each["kind"]
        if not each["required"] and draw(st.booleans()):
            continue
        if kind == Kind.FILE:
            name = draw(_word).replace("/", "").replace("\\", "") or "a"
            files[key] = SimpleUploadedFile(f"{name}.txt", draw(st.binary(min_size=1, max_size=20)))
        elif kind == Kind.CHOICES:
            data.setlist(key, draw(st.lists(st.sampled_from(each["choices"]), min_size=1, unique=True)))
        elif kind == Kind.MONEY:
            currency = draw(st.sampled_from(each["choices"] or ["USD"]))
            decimals = draw(_digits)[: decimal_places(currency)]
            data[key] = draw(_digits) + (f".{decimals}" if decimals else "")
            data[f"{key}Currency"] = currency
        else:
            data[key] = draw(_plain(kind, each))
    return data, files


def _plain(kind: str, each: dict[str, Any]) -> st.SearchStrategy[str]:
    match kind:
        case Kind.WHOLE_NUMBER:
            return st.integers(-(10**14), 10**14).map(str)
        case Kind.NUMBER:
            return st.decimals(-(10**12), 10**12, places=6).map(lambda number: format(number, "f"))
        case Kind.DATE:
            return st.dates().map(str)
        case Kind.CHOICE:
            return st.sampled_from(each["choices"])
        case Kind.YES_NO:
            return st.sampled_from(["yes", "no"])
        case Kind.PERSON:
            return st.sampled_from(list(PEOPLE))
        case Kind.EMAIL:
            return st.sampled_from(["ada@example.com", "b.o+b@mail.example.org"])
        case Kind.LINK:
            return st.sampled_from(["https://example.com/a?b=c#d", "example.org", "http://example.com:8080/"])
        case Kind.LONG_TEXT:
            return st.text(min_size=1, max_size=60)
    return _word
