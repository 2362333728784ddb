"""The job that tells whoever pressed a button in Slack why nothing was decided."""

from opsflows.approvals.deliver.results import NotNeeded, Passing, Refused
from opsflows.approvals.deliver.slack_api import call_slack
from opsflows.approvals.deliver.slack_blocks import escaped
from opsflows.approvals.models import ApprovalChannels
from opsflows.queue.job_kinds import Progress, Slice


def reply(piece: Slice) -> Progress:
    """Say it to this person alone. Slack's troubles fail the piece, which is then tried a few times more."""
    channels = ApprovalChannels.objects.filter(account=piece.account_id).first()
    if channels is None or not channels.slack_bot_token:
        return Progress(True, result={"said": False})
    place = {"channel": piece.params["channel"], "user": piece.params["user"]}
    try:
        body = {**place, "text": escaped(str(piece.params["text"]))}
        call_slack("chat.postEphemeral", token=channels.slack_bot_token, body=body)
    except (NotNeeded, Refused) as why:
        return Progress(True, note=str(why), result={"said": False})
    except Passing as why:
        raise ConnectionError(str(why)) from None
    return Progress(True, result={"said": True})
