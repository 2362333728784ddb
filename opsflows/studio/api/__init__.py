"""`/api/workflows/:id/backtests`."""

from opsflows.studio.api.backtests import AskBacktestView, BacktestView

__all__ = ["AskBacktestView", "BacktestView"]
