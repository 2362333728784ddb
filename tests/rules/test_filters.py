"""What the filters of a text do."""

from decimal import Decimal
from typing import Any

import pytest

from opsflows.rules import Clock, RenderError, compile_template, compile_value

EVENT: dict[str, Any] = {
    "email": "Jo@Mail.Example.COM",
    "name": "mcDonald inc",
    "amount": Decimal("1234.5"),
    "message": "The quick brown fox jumps",
    "endDate": "2026-12-31",
    "at": "2026-03-20T23:30:00Z",
    "items": [{"sku": "A", "n": 1, "ok": True}, {"sku": "B", "n": "2.5", "ok": False}],
    "tags": ["b", "a", "b"],
    "list": [1, "2"],
    "note": None,
}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("email | extract_domain", "mail.example.com"),
        ("'https://www.example.com:8080/x?y' | extract_domain", "example.com"),
        ("gone | extract_domain", ""),
        ("name | capitalize", "McDonald inc"),
        ("name | capitalise", "McDonald inc"),
        ("amount | format_currency", "$1,234.50"),
        ("amount | format_currency: 'EUR'", "€1,234.50"),
        ("amount | format_currency: 'chf'", "CHF 1,234.50"),
        ("amount | format_currency: 'JPY'", "¥1,235"),
        ("'-0.005' | format_currency", "-$0.01"),
        ("note | format_currency", ""),
        ("'1234567.891' | format_number", "1,234,567.891"),
        ("'1234567.891' | format_number: 1", "1,234,567.9"),
        ("message | truncate: 14", "The quick…"),
        ("message | truncate: 10", "The quick…"),
        ("message | truncate: 15, '...'", "The quick..."),
        ("message | truncate: 100", "The quick brown fox jumps"),
        ("'abcdefghij' | truncate: 5", "abcd…"),
        ("message | truncate: 0", ""),
        ("message | substring: 4, 9", "quick"),
        ("message | slice: -5, 5", "jumps"),
        ("'Ärger & Big Deal!' | slug", "arger-big-deal"),
        ("'Łódź, Große Straße, Søren' | slug", "lodz-grosse-strasse-soren"),
        ("gone | default: 'friend'", "friend"),
        ("endDate | format_date: '%d %b %Y'", "31 Dec 2026"),
        ("'2026-03-05' | format_date: '%-d.%-m.%Y 100%%'", "5.3.2026 100%"),
        ("at | format_date: '%Y-%m-%d %H:%M'", "2026-03-21 00:30"),
        ("1773963000 | date: '%Y-%m-%d'", "2026-03-20"),
        ("'today' | date_add: '+7 days'", "2026-03-27"),
        ("today | date_add: '-1 day'", "2026-03-19"),
        ("endDate | date_add: '-30 days' | format_date: '%d %b'", "01 Dec"),
        ("gone | date_add: '+1 day'", ""),
        ("'2026-03-20T14:10:30Z' | time_until", "1 hour 5 minutes"),
        ("'2026-03-22' | time_until", "1 day 9 hours"),
        ("'2026-03-20T13:05:59Z' | time_until", "less than a minute"),
        ("'2026-03-20T13:00:00Z' | time_until", "less than a minute"),
        ("'2026-03-10T12:00:00Z' | time_since", "10 days 1 hour"),
        ("'2026-03-20T13:03:59Z' | time_since", "1 minute"),
        ("gone | time_until", ""),
        ("gone | time_since", ""),
        ("items | map: 'sku' | join: '/'", "A/B"),
        ("items | where: 'ok' | size", "1"),
        ("items | sum: 'n'", "3.5"),
        ("tags | uniq | join", "b, a"),
        ("tags | reverse | first", "b"),
        ("tags | last", "b"),
        ("'a-b-c' | split: '-' | last", "c"),
        ("name | replace: 'inc', 'Ltd' | upcase", "MCDONALD LTD"),
        ("'  a   b ' | squish", "a b"),
        ("' a&b ' | strip | url_encode", "a%26b"),
        ("'<b>' | escape", "&lt;b&gt;"),
        ("0.1 | plus: 0.2", "0.3"),
        ("amount | times: 2 | minus: 1", "2468.0"),
        ("10 | divided_by: 4", "2.5"),
        ("'2.5' | round", "3"),
        ("'1.005' | round: 2", "1.01"),
        ("'1.2' | ceil", "2"),
        ("'-1.2' | floor", "-2"),
        ("'-7' | abs | at_most: 5 | at_least: 6", "6"),
        ("list | json", '[1,"2"]'),
    ],
)
def test_filter(clock: Clock, expression: str, expected: str) -> None:
    assert compile_template(f"{{{{ {expression} }}}}").render(EVENT, clock).value == expected


def test_calculated_values_stay_numbers(clock: Clock) -> None:
    assert compile_value("{{ amount | times: 2 }}").render(EVENT, clock).value == Decimal("2469.0")


@pytest.mark.parametrize(
    ("expression", "says"),
    [
        ("name | format_currency", "needs a number"),
        ("amount | format_currency: 'dollars'", "three letters"),
        ("amount | divided_by: 0", "cannot calculate"),
        ("name | extract_domain", "email or web address"),
        ("name | date_add: '+1 day'", "needs a date"),
        ("endDate | date_add: 'soon'", "needs an offset"),
        ("endDate | format_date: '%Q'", "not known"),
        ("endDate | format_date: '100%'", "not known"),
        ("message | truncate: 'x'", "whole number"),
        ("'9999-12-31T23:59:59-12:00' | format_date", "cannot calculate"),
        ("name | time_until", "time_until needs a date"),
        ("'9999-12-31T23:59:59-12:00' | time_since", "cannot calculate"),
    ],
)
def test_a_filter_that_cannot_do_its_work_says_so(clock: Clock, expression: str, says: str) -> None:
    with pytest.raises(RenderError, match=says):
        compile_template(f"{{{{ {expression} }}}}").render(EVENT, clock)
