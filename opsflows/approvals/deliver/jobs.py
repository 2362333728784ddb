"""The jobs of the sender; `opsflows/approvals/jobs.py` imports this, where jobs are looked for."""

from opsflows.approvals.deliver.send import deliver
from opsflows.approvals.deliver.slack_reply import reply
from opsflows.approvals.press import REPLY
from opsflows.approvals.tell import DELIVER
from opsflows.queue.job_kinds import job

job(DELIVER, label="Tell people about approvals", in_transaction=False)(deliver)
job(REPLY, label="Answer a button in Slack", in_transaction=False)(reply)
