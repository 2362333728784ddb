"""`make run`: a running OpsFlows with data in it, on this machine alone."""
