"""The jobs of the studio."""

from opsflows.queue.job_kinds import job
from opsflows.studio.backtest.work import KIND, backtest_piece

job(KIND, label="Try a draft on events that came in")(backtest_piece)
