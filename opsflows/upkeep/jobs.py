"""The jobs of upkeep; when each comes by itself stands in table.py."""

from opsflows.queue.job_kinds import job
from opsflows.upkeep.failures.send import mail_failures
from opsflows.upkeep.house import clean_house
from opsflows.upkeep.retention.clean import clean
from opsflows.upkeep.retention.report import report
from opsflows.upkeep.summary.send import send_summaries
from opsflows.upkeep.sweep.sweep import sweep

job("upkeep.sweep", label="Look for what stands still")(sweep)
job("retention.clean", label="Delete what is old enough")(clean)
job("retention.report", label="Say what was deleted", in_transaction=False)(report)
job("failures.mail", label="Mail what failed", in_transaction=False)(mail_failures)
job("summary.daily", label="Mail the daily summary", in_transaction=False)(send_summaries)
job("house.clean", label="Clear away what the house leaves behind")(clean_house)
