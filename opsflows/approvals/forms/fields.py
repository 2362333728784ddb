"""What somebody filled in, as people read it: approvers beside a decision, requesters when they change something."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email

from opsflows.approvals.forms.kinds import TEXTS, FormField, Kind, read_amount, read_fields, read_number
from opsflows.approvals.reading.money import money
from opsflows.rules.text import to_text

#: Between several choices; no choice holds it.
_BETWEEN: Final = "; "
_PERSON: Final = re.compile(r"(?P<name>[^<>]*?)\s*<(?P<email>[^<>\s]+)>")
_AMOUNT: Final = re.compile(r"(?P<before>[^\d.,-]*)(?P<number>-?\d[\d.,]*)(?P<after>[^\d.,-]*)")
_DAY: Final = "%d %B %Y"
_WORDS: Final = {"yes": True, "no": False}
LONGEST_SHORT: Final = 255
LONGEST_LONG: Final = 20_000


def details_of(fields: Sequence[Mapping[str, Any]], data: Mapping[str, Any]) -> list[dict[str, str]]:
    """Each field as {label, value, field}: `value` as people read it, empty where nothing was filled in.

    `fields` are a submission's, `data` what it or the run that it started knows by their keys.
    """
    return [{"label": each.label, "value": value_text(each, data), "field": each.key} for each in read_fields(fields)]


def amended(
    fields: Sequence[Mapping[str, Any]], data: Mapping[str, Any], details: Iterable[Mapping[str, Any]]
) -> dict[str, Any]:
    """`data` as `details` want it, which were its `details_of` before somebody changed their values.

    What reads as before is left as it is, and details of no field are nobody's here.

    Raises:
        ValidationError: for `details`, with a sentence for each value that does not fit its field.
    """
    changed, problems = dict(data), list[str]()
    known = {each.key: each for each in read_fields(fields)}
    for detail in details:
        field = known.get(str(detail.get("field", "")))
        # As browsers send it, a text that nobody touched has other line ends.
        text = str(detail.get("value", "")).replace("\r\n", "\n").strip()
        if field is None or text == value_text(field, data).strip():
            continue
        try:
            changed |= _from_text(field, text, data)
        except ValueError as error:
            problems.append(f"{field.label}: {error}")
        except ValidationError as error:
            problems += [f"{field.label}: {each}" for each in error.messages]
    if problems:
        raise ValidationError({"details": problems})
    return changed


def value_text(field: FormField, data: Mapping[str, Any]) -> str:
    """The value of `field` as people read it: `$1,250.00`, `3 March 2026`, `Ada Lovelace <ada@example.com>`."""
    value = data.get(field.key)
    match field.kind, value:
        case _, None:
            return ""
        case Kind.WHOLE_NUMBER | Kind.NUMBER, int() | Decimal() if not isinstance(value, bool):
            return f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}"
        case Kind.MONEY, int() | Decimal() if not isinstance(value, bool):
            return money(Decimal(value), _currency(field, data))
        case Kind.DATE, str():
            return _written_out(value)
        case Kind.YES_NO, bool():
            return "Yes" if value else "No"
        case Kind.CHOICES, list():
            return _BETWEEN.join(map(to_text, value))
        case Kind.PERSON, Mapping():
            name, email = to_text(value.get("name")), to_text(value.get("email"))
            return f"{name} <{email}>" if email else name
        case Kind.FILE, Mapping():
            return f"{to_text(value.get('name'))} ({size_text(value.get('size'))})"
    return to_text(value)


def size_text(size: Any) -> str:
    """How large a file is: `812 bytes`, `34 KB`, `2.5 MB`."""
    if not isinstance(size, int):
        return "size unknown"
    if size < 1024:
        return f"{size} byte{'' if size == 1 else 's'}"
    return f"{size / 1024:,.0f} KB" if size < 1024 * 1024 else f"{size / 1024 / 1024:,.1f} MB"


def _written_out(text: str) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return text
    return f"{day.day} {day:%B} {day.year:04d}"


def _from_text(field: FormField, text: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """What `field` brings into the data when it reads `text`. Raises `ValueError`, `ValidationError`."""
    if not text:
        if field.required:
            raise ValueError("Must not be empty.")
        empty: Any = [] if field.kind is Kind.CHOICES else "" if field.kind in TEXTS else None
        return {field.key: empty, field.currency_key: None} if field.kind is Kind.MONEY else {field.key: empty}
    match field.kind:
        case Kind.MONEY:
            return _money(field, text, data)
        case Kind.FILE:
            raise ValueError("A file is not changed here; attach another one beside the request.")
    return {field.key: _value(field, text)}


def _value(field: FormField, text: str) -> Any:
    match field.kind:
        case Kind.WHOLE_NUMBER:
            return int(read_number(text, places=0))
        case Kind.NUMBER:
            return read_number(text)
        case Kind.DATE:
            return _day(text)
        case Kind.YES_NO:
            if text.casefold() not in _WORDS:
                raise ValueError(f"“{text[:40]}” is neither Yes nor No.")
            return _WORDS[text.casefold()]
        case Kind.CHOICE:
            return _chosen(field, text)
        case Kind.CHOICES:
            parts = (part.strip() for part in text.split(_BETWEEN.strip()))
            return list(dict.fromkeys(_chosen(field, part) for part in parts if part))
        case Kind.PERSON:
            return _person(text)
        case Kind.EMAIL:
            validate_email(text)
        case Kind.LINK:
            URLValidator(schemes=["http", "https"], message="Write the whole address, such as https://example.com.")(
                text
            )
        case _:
            longest = LONGEST_LONG if field.kind is Kind.LONG_TEXT else LONGEST_SHORT
            if len(text) > longest:
                raise ValueError(f"Has {len(text):,} characters; at most {longest:,} are possible.")
    return text


def _money(field: FormField, text: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """`$1,300.00`, `1300 USD`, or the amount alone, which then keeps the currency it had."""
    found = _AMOUNT.fullmatch(text)
    if found is None:
        raise ValueError(f"“{text[:40]}” is not an amount; write it like 1250.00.")
    said = (found["before"] + found["after"]).strip().upper()
    offered = list(dict.fromkeys((_currency(field, data), *field.currencies)))
    # A sign may stand for several; the one it had goes before.
    currency = next((each for each in offered if said in ("", each, _sign(each))), None)
    if currency is None:
        raise ValueError(f"“{said[:10]}” is not offered here; take {' or '.join(offered)}.")
    return {field.key: read_amount(found["number"], currency=currency), field.currency_key: currency}


def _currency(field: FormField, data: Mapping[str, Any]) -> str:
    return to_text(data.get(field.currency_key)) or field.currencies[0]


def _sign(currency: str) -> str:
    """What stands beside an amount in `currency` where people read it."""
    return money(Decimal(0), currency).replace("0", "").replace(".", "").strip().upper()


def _day(text: str) -> str:
    for read in (date.fromisoformat, lambda each: datetime.strptime(each, _DAY).date()):  # noqa: DTZ007  (a day)
        try:
            return read(text).isoformat()
        except ValueError:
            continue
    raise ValueError(f"“{text[:40]}” is not a date; write 2026-03-31 or 31 March 2026.")


def _chosen(field: FormField, text: str) -> str:
    for choice in field.choices:
        if choice.casefold() == text.casefold():
            return choice
    raise ValueError(f"“{text[:40]}” is not among {', '.join(field.choices[:10])}.")


def _person(text: str) -> dict[str, str]:
    if found := _PERSON.fullmatch(text):
        validate_email(found["email"])
        return {"name": found["name"] or found["email"], "email": found["email"]}
    if "@" in text:
        validate_email(text)
        return {"name": text, "email": text}
    raise ValueError("Write a name and an address, such as Ada Lovelace <ada@example.com>.")
