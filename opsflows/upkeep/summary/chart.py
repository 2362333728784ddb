"""The chart of a day as a PNG: mail programs show no SVG."""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Sequence
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.conf import settings

from opsflows.insights.day import Hour

logger = logging.getLogger(__name__)

#: Seconds it may take.
_PATIENCE = 60


def draw_chart(shown: Sequence[Hour], *, zone: ZoneInfo) -> bytes | None:
    """Events and ended runs, hour by hour; None where it cannot be drawn, which is logged: a mail can do without."""
    day = {
        "clocks": [f"{hour.start.astimezone(zone):%H:%M}" for hour in shown],
        "events": [hour.counts.events for hour in shown],
        "completed": [hour.counts.completed for hour in shown],
        "failed": [hour.counts.failed for hour in shown],
    }
    try:
        return _drawn(json.dumps(day))
    except (subprocess.SubprocessError, OSError):
        logger.exception("The chart could not be drawn.")
        return None


@lru_cache(maxsize=4)
def _drawn(day: str) -> bytes:
    """In a process of its own, that ends: the library takes 60 MB, which a worker would keep from then on.

    The same for each reader of a day, so it is drawn once.
    """
    # It keeps a cache of fonts, for which a worker's home may not be the place.
    environment = {**os.environ, "MPLCONFIGDIR": str(settings.OPSFLOWS_HOME / "matplotlib")}
    drawn = subprocess.run(
        [sys.executable, "-m", "opsflows.upkeep.summary.draw"],
        input=day.encode(),
        capture_output=True,
        check=True,
        timeout=_PATIENCE,
        cwd=settings.BASE_DIR,
        env=environment,
    )
    return drawn.stdout
