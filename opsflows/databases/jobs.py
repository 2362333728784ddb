"""The job of this room."""

from opsflows.databases.ask_for_test import KIND, run_test
from opsflows.queue.job_kinds import job

job(KIND, label="Test a database connection", in_transaction=False)(run_test)
