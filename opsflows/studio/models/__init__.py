"""What the studio keeps beside drafts: backtests, and the events they found."""

from opsflows.studio.models.backtest import Backtest, BacktestEvent

__all__ = ["Backtest", "BacktestEvent"]
