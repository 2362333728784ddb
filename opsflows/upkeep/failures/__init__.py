"""The mails that tell of runs that failed: what is to be told stands in `workflow_failure_notices`, this sends it."""
