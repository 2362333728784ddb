"""Why something did not start: each workflow's answer for an event, from stored facts and the version live then."""
