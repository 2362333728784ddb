"""The jobs of runs."""

from functools import partial

from opsflows.queue.job_kinds import job
from opsflows.runs.batches.work import as_sent, cells_by_column, start_part
from opsflows.runs.replay.retry_job import retry_runs
from opsflows.runs.replay.retry_many import KIND

job("batch.csv", label="Start a workflow for a CSV file")(partial(start_part, data_of=cells_by_column))
job("batch.rows", label="Start a workflow for a list sent through the API")(partial(start_part, data_of=as_sent))
job(KIND, label="Take up runs that failed")(retry_runs)
