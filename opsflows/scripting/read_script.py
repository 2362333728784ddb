"""Whether a script can be read at all: asked before publishing, so that no run has to find out."""

from functools import lru_cache

from opsflows.scripting.answer import NotStarted
from opsflows.scripting.run_script import Order, run_script

#: Seconds that the longest source takes by far less than.
_TIMEOUT = 5


def syntax_problem(source: str) -> str | None:
    """What JavaScript makes of `source` before it is run; None where nothing is wrong with it."""
    try:
        return _problem(source)
    except NotStarted as error:
        return f"Whether the script can be read could not be found out: {error}"


@lru_cache(maxsize=256)
def _problem(source: str) -> str | None:
    # Pages say each time they are shown what stands in the way of publishing; one process per text is enough.
    order = Order(source=source, given="{}", now=0, zone="UTC", seed=1, only_read=True)
    return run_script(order, timeout=_TIMEOUT).error
