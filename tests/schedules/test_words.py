"""What the form offers becomes cron and comes back; and cron becomes a sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsflows.schedules.cron import checked_cron
from opsflows.schedules.words import EVERY, Kind, Pattern, in_words, read_pattern, to_cron

hours, minutes = st.integers(0, 23), st.integers(0, 59)
patterns = st.one_of(
    st.builds(Pattern, st.sampled_from([Kind.DAILY, Kind.WORKDAYS, Kind.MONTH_END]), hour=hours, minute=minutes),
    st.builds(
        Pattern,
        st.just(Kind.WEEKLY),
        hour=hours,
        minute=minutes,
        weekdays=st.frozensets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days))),
    ),
    st.builds(Pattern, st.just(Kind.MONTHLY), hour=hours, minute=minutes, day=st.integers(1, 31)),
    st.builds(Pattern, st.just(Kind.HOURLY), minute=minutes),
    st.builds(Pattern, st.just(Kind.MINUTES), every=st.sampled_from(EVERY)),
)


@given(patterns)
def test_there_and_back(pattern: Pattern) -> None:
    cron = checked_cron(to_cron(pattern))
    assert read_pattern(cron) == pattern
    assert "cron" not in in_words(cron)


@pytest.mark.parametrize(
    ("cron", "sentence"),
    [
        ("0 7 * * *", "Every day at 07:00"),
        ("5 17 * * mon-fri", "Monday to Friday at 17:05"),
        ("0 9 * * 1,thu,7", "Every Monday, Thursday and Sunday at 09:00"),
        ("0 9 * * sat", "Every Saturday at 09:00"),
        ("30 6 15 * *", "On day 15 of every month at 06:30"),
        ("0 0 31 * *", "On day 31 of every month that has one at 00:00"),
        ("0 18 l * *", "On the last day of every month at 18:00"),
        ("0 * * * *", "Every hour, on the hour"),
        ("40 * * * *", "Every hour, 40 minutes past"),
        ("* * * * *", "Every minute"),
        ("*/15 * * * *", "Every 15 minutes"),
        # Not as long as one another, so this is not every 25 minutes.
        ("*/25 * * * *", "By the cron text */25 * * * *"),
        ("0 9 1 * mon", "By the cron text 0 9 1 * mon"),
        ("0 9 * jan *", "By the cron text 0 9 * jan *"),
        ("0 9 * * fri#1", "By the cron text 0 9 * * fri#1"),
        ("0 9 1-5 * *", "By the cron text 0 9 1-5 * *"),
    ],
)
def test_sentences(cron: str, sentence: str) -> None:
    assert in_words(checked_cron(cron)) == sentence
