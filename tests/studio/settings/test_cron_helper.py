"""The cron helper: words and next times of what was chosen, or what is wrong with it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from opsflows.accounts.models import PlatformAccount
from opsflows.schedules.words import Kind, Pattern
from opsflows.studio.cron_helper import coming, in_words, next_times, presets, to_cron

#: A Friday, 13:00 in Berlin.
NOW = datetime(2026, 3, 27, 12, 0, tzinfo=UTC)


def test_every_preset_names_times_and_is_said_in_words() -> None:
    for preset in presets():
        found = coming(preset.cron, "", account_zone="Europe/Berlin", now=NOW)
        assert (found.problem, len(found.times)) == ("", 5)
        assert not found.sentence.startswith("By the cron text")


def test_the_next_times_follow_the_clocks_of_the_zone() -> None:
    times = next_times("0 9 * * *", "Europe/Berlin", NOW, count=3)
    # The clocks are put forward on the second night.
    assert [f"{each:%d %H:%M %z}" for each in times] == ["28 09:00 +0100", "29 09:00 +0200", "30 09:00 +0200"]
    assert in_words("0 9 * * 1-5", "Europe/Berlin") == "Monday to Friday at 09:00 (Europe/Berlin)"
    assert to_cron(Pattern(Kind.WEEKLY, hour=8, weekdays=(5, 1))) == "0 8 * * 1,5"


@pytest.mark.parametrize(
    ("cron", "zone", "field", "message"),
    [("0 9 * *", "", "cron", "five fields"), ("0 9 * * *", "Berlin", "zone", "Europe/Berlin")],
)
def test_it_says_what_is_wrong(cron: str, zone: str, field: str, message: str) -> None:
    found = coming(cron, zone, account_zone="UTC", now=NOW)
    assert (found.field, found.times) == (field, ())
    assert message in found.problem


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"cron": "0 9 * * 1-5", "zone": ""}, "Monday to Friday at 09:00</strong> (Europe/Berlin)"),
        ({"cron": "0 99 * * *"}, "Hour:"),
        ({"when": "weekly", "at": "08:30", "weekdays": ["1", "3"], "zone": "UTC"}, "Every Monday and Wednesday"),
        ({"when": "weekly", "at": "08:30", "zone": "UTC"}, "Choose at least one day."),
        ({"when": "daily", "at": "", "zone": ""}, "Give a time of the day"),
        ({}, "five fields"),
    ],
)
def test_the_preview_answers_with_words_and_times(admin: Client, sent: dict[str, Any], expected: str) -> None:
    PlatformAccount.objects.update(timezone="Europe/Berlin")
    answer = admin.post(reverse("studio:cron-preview"), sent)
    assert answer.status_code == 200
    body = answer.content.decode()
    assert expected in body
    assert body.count("<li>") == (5 if "<strong>" in body else 0)


def test_the_preview_is_no_page_to_visit_and_none_for_strangers(admin: Client) -> None:
    assert admin.get(reverse("studio:cron-preview")).status_code == 405
    assert Client().post(reverse("studio:cron-preview"), {"cron": "0 9 * * *"}).status_code == 302
