"""The jobs of runs."""

from opsflows.queue.job_kinds import job
from opsflows.runs.replay.retry_job import retry_runs
from opsflows.runs.replay.retry_many import KIND

job(KIND, label="Take up runs that failed")(retry_runs)
