"""The job of this room."""

from functools import partial

from opsflows.queue.job_kinds import job
from opsflows.records.start_batch import data_of_records
from opsflows.runs.batches.work import start_part

job("batch.records", label="Start a workflow for records")(partial(start_part, data_of=data_of_records))
