"""How many events there are to look at."""

from opsflows.studio.backtest.scan import of_period
from opsflows.studio.models import Backtest


def expected_of(backtest: Backtest) -> int:
    """The number as of now; what is counted in the end is what was found on the way."""
    return sum(of_period(backtest, name).order_by().count() for name in backtest.events)
