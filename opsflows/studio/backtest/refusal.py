"""What is said where a backtest cannot be asked for, or not be stopped."""

from opsflows.studio.models import Backtest


class NothingToTest(Exception):  # noqa: N818  (it is the answer)
    """No event starts the draft."""


class WrongPeriod(ValueError):  # noqa: N818  (as above)
    """The period cannot be: `field` is `since` or `until`, the message says what is wrong with it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class UnderWay(Exception):  # noqa: N818  (as above)
    """Another backtest of the workflow is not over; it is named."""

    def __init__(self, backtest: Backtest) -> None:
        super().__init__("A backtest of this workflow is under way. Wait for it, or stop it first.")
        self.backtest = backtest


class AllOver(Exception):  # noqa: N818  (as above)
    """There is nothing to stop: it is over."""
