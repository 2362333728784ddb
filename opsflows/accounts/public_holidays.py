"""Public holidays by country, from the library `holidays`.

It costs some 17 MB, so it is imported by whoever first asks: a worker whose accounts name no country never does.
"""

import datetime
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from opsflows.rules import RuleError

_SMALL = re.compile(r"\b(And|Of|The)\b")
#: Countries that the library files under another name than people look for.
_CALLED = {"dr_congo": "DR Congo", "guinea_bissau": "Guinea-Bissau", "timor_leste": "Timor-Leste"}


@lru_cache(maxsize=256)
def public_holidays(country: str, subdivision: str, year: int) -> Mapping[datetime.date, str]:
    """The days and their names, in English where the library knows them; of all the country if `subdivision` is empty.

    Raises:
        RuleError: the library does not know the country or the subdivision any more.
    """
    import holidays

    try:
        found = holidays.country_holidays(country, subdiv=subdivision or None, years=year, language=_language(country))
    except NotImplementedError:
        place = f"{country}-{subdivision}" if subdivision else country
        raise RuleError.of(
            "", f"The business calendar names {place}, whose public holidays are not known; choose again."
        ) from None
    return {day: name for day, name in found.items() if day.year == year}


@lru_cache(maxsize=1)
def countries() -> Mapping[str, str]:
    """Names by code, in their order."""
    from holidays.registry import COUNTRIES

    names = {entry[1]: _called(module) for module, entry in COUNTRIES.items()}
    return dict(sorted(names.items(), key=lambda entry: entry[1]))


@lru_cache(maxsize=256)
def subdivisions(country: str) -> Mapping[str, str]:
    """Names by code of a country's states or regions that have holidays of their own; empty for an unknown country."""
    if country not in countries():
        return {}
    known = {code: names[0] if names else code for code, names in _empty(country).get_subdivision_aliases().items()}
    return dict(sorted(known.items(), key=lambda entry: entry[1]))


def _called(module: str) -> str:
    plain = _SMALL.sub(lambda match: match[0].lower(), module.replace("_", " ").title())
    return _CALLED.get(module, plain[:1].upper() + plain[1:])


def _language(country: str) -> str | None:
    known = _empty(country).supported_languages
    english = [language for language in known if language.startswith("en")]
    return "en_US" if "en_US" in english else english[0] if english else None


def _empty(country: str) -> Any:
    import holidays

    return holidays.country_holidays(country)
