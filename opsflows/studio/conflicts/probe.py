"""A clock for questions whose answer is the same at any moment."""

import datetime
from zoneinfo import ZoneInfo

from opsflows.rules.clock import Clock

PROBE = Clock(datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC), ZoneInfo("UTC"))
