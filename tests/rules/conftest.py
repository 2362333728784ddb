import datetime
from zoneinfo import ZoneInfo

import pytest

from opsflows.rules import Clock


@pytest.fixture
def clock() -> Clock:
    """Friday, 20 March 2026, 14:05 in Berlin."""
    return Clock(datetime.datetime(2026, 3, 20, 13, 5, tzinfo=datetime.UTC), ZoneInfo("Europe/Berlin"))
