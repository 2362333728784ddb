"""Slack: a message to each person who is asked, edited when the decision falls, through whichever door it came."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from opsflows.approvals.deliver.results import NotNeeded, Passing
from opsflows.approvals.deliver.slack_api import call_slack
from opsflows.approvals.deliver.slack_blocks import outcome, question
from opsflows.approvals.links.paper import paper_of
from opsflows.approvals.links.state import task_over
from opsflows.approvals.models import ApprovalChannels, ApprovalMessage, ApprovalTask

Purpose, Status = ApprovalMessage.Purpose, ApprovalMessage.Status

#: An edit waits for the message that it edits.
_SOON = timedelta(seconds=20)


def send_slack(message: ApprovalMessage, now: datetime) -> Mapping[str, Any] | None:
    """Write to the person, or edit what was written; where the message stands. Raises what results.py names."""
    channels = ApprovalChannels.objects.filter(account=message.account_id).first()
    if channels is None or not channels.slack_bot_token:
        raise NotNeeded("Slack is no longer a channel of this account.")
    if message.purpose == Purpose.SETTLE:
        _edit(message, channels.slack_bot_token)
        return None
    return _ask(message, channels.slack_bot_token)


def _ask(message: ApprovalMessage, token: str) -> Mapping[str, Any]:
    paper = paper_of(_task(message))
    found = call_slack("users.lookupByEmail", token=token, body={"email": message.address}, as_form=True)
    user = str(found["user"]["id"])
    # A person's id opens the conversation with them; the answer names it.
    body = {"channel": user, "unfurl_links": False, **question(paper, message_id=str(message.pk))}
    said = call_slack("chat.postMessage", token=token, body=body)
    return {"user": user, "channel": str(said["channel"]), "ts": str(said["ts"])}


def _edit(message: ApprovalMessage, token: str) -> None:
    asked = ApprovalMessage.objects.filter(task=message.task_id, channel=message.channel, purpose=Purpose.ASK).last()
    if asked is not None and asked.status == Status.QUEUED:
        raise Passing("The message that it edits is not sent yet.", after=_SOON)
    if asked is None or not asked.answer:
        raise NotNeeded("No message was sent that could be edited.")
    task = _task(message)
    ended = task_over(task)
    if ended is None:
        raise NotNeeded("The task waits again.")
    comment = ended.decision.comment if ended.decision else ""
    place = {"channel": asked.answer["channel"], "ts": asked.answer["ts"]}
    call_slack(
        "chat.update", token=token, body={**place, **outcome(paper_of(task), ended.title, comment or ended.text)}
    )


def _task(message: ApprovalMessage) -> ApprovalTask:
    if message.task is None:
        raise NotNeeded("The message is about no task.")
    return message.task
