"""The roll-up, as a job."""

from opsflows.insights.roll_up import roll_up
from opsflows.queue.job_kinds import job

job("insights.roll_up", label="Add up events and runs")(roll_up)
