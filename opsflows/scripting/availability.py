"""Whether scripts can run here, and what to do about it where they cannot."""

import sys
from functools import cache
from importlib.util import find_spec

from django.conf import settings


def why_not() -> str | None:
    """What stands in the way of running scripts on this installation; None where nothing does."""
    if not settings.OPSFLOWS_SCRIPTS:
        return (
            "Scripts are switched off on this installation. Whoever runs it can switch them on with "
            "OPSFLOWS_SCRIPTS=1, for web and worker."
        )
    if sys.platform != "linux":
        return "Scripts run on Linux only: elsewhere nothing holds them to their limits."
    if not _has_engine():
        return "Scripts need the Python package mini-racer, which is not installed here."
    return None


@cache
def _has_engine() -> bool:
    # Looked for and not imported: V8 stays out of this process.
    return find_spec("py_mini_racer") is not None
