"""What to do about a step that did not work, in words: from what is recorded of it."""

from collections.abc import Mapping
from typing import Any

from opsflows.runs.models import Step
from opsflows.runs.trace.steps import TracedStep

_BY_STATUS = {
    401: "The other side does not accept the credentials. Correct them in this step and publish the workflow.",
    403: "The credentials are known but not allowed to do this. Widen their permissions at the other side.",
    404: "Nothing is at this address. Correct the step's URL and publish the workflow.",
    410: "Nothing is at this address any more. Correct the step's URL and publish the workflow.",
    422: "The other side does not accept what was sent. Compare “Sent” with what it expects.",
    400: "The other side does not accept what was sent. Compare “Sent” with what it expects.",
    429: "The other side is asked too often. It will accept calls again later.",
}
_BY_KIND = {
    "webhook": "Check that the address is right and that it can be reached from here.",
    "call_api": "Check that the address is right and that it can be reached from here.",
    "trigger_workflow": "Check that the workflow it names is live, and that workflows do not start each other.",
    **dict.fromkeys(
        ("salesforce_create", "salesforce_update", "hubspot_create", "hubspot_update"),
        "Take this step out, or let the workflow go on over errors, until there is such a connection.",
    ),
    "slack": "Check the Slack address in this step; a new one is made in Slack under Incoming Webhooks.",
    "email": "Check the recipients, and the mail server's address in EMAIL_URL.",
    "emit_event": "Look for workflows that set each other off; an event must not come back to where it began.",
}


def advice_for(step: TracedStep, *, is_over: bool, is_held: bool) -> str:
    """One or two sentences; empty where nothing is wrong."""
    last = step.last
    if is_held:
        return "Look at the other side whether the call arrived. Then say: “It happened”, or “Run it again”."
    if last.step_status != Step.Status.FAILED:
        return ""
    cause = _cause(step, last.output_data)
    if not is_over:
        return cause
    later = "New events take the corrected version; this run keeps its own, so start it again with what is published."
    return f"{cause} {later}".strip()


def _cause(step: TracedStep, output: Any) -> str:
    status = output.get("status") if isinstance(output, Mapping) else None
    if isinstance(status, int):
        if status in _BY_STATUS:
            return _BY_STATUS[status]
        if status >= 500:
            return "The other side has a problem of its own; ask there, or wait until it is over."
    if step.place.kind == "stop":
        return ""
    return _BY_KIND.get(step.place.kind, "Correct this step in the workflow and publish it.")
