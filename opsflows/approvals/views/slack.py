"""`/slack/approvals/<account>/`: where Slack sends the buttons that were pressed. Answered at once, with no call."""

import logging
import uuid

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from connectors.base import InboundRequest, Refused
from connectors.presets.slack import Slack
from opsflows.approvals.models import ApprovalChannels
from opsflows.approvals.press import answer_press, read_press, reply_later
from opsflows.jsontext import JsonError, dump_json, parse_json

logger = logging.getLogger(__name__)


@csrf_exempt
def slack(request: HttpRequest, account_id: uuid.UUID) -> HttpResponse:
    """200 for whatever Slack signed, with a sentence where nothing was decided; 401 for what it did not sign."""
    now = timezone.now()
    if request.method != "POST":
        response = _say(405, "Slack sends what was pressed with POST.")
        response["Allow"] = "POST"
        return response
    channels = ApprovalChannels.objects.filter(account=account_id, account__is_active=True).first()
    if channels is None or not channels.has_slack:
        return _say(404, "No account here takes buttons from Slack at this address.")
    try:
        inbound = _inbound(request)
    except (RequestDataTooBig, UnreadablePostError):
        return _say(400, "The request cannot be read.")
    vendor = Slack()
    try:
        vendor.verify(inbound, secrets=[channels.slack_signing_secret or ""], options={}, now=now)
        text = vendor.json_text(inbound)
        document = parse_json(text) if text is not None else None
    except Refused as refused:
        logger.warning("A press of a Slack button was refused: %s", refused.reason)
        return _say(refused.reason.status, refused.detail)
    except JsonError:
        return _say(400, "The payload is not JSON.")
    press = read_press(document)
    problem = answer_press(press, account_id=account_id, now=now) if press else ""
    if press is None or not problem:
        return HttpResponse(status=200)
    # The answer to a press shows nothing by itself in every kind of message; the job sees to it that it is read.
    reply_later(press, problem, account_id=account_id, now=now)
    return _json(200, {"response_type": "ephemeral", "replace_original": False, "text": problem})


def _inbound(request: HttpRequest) -> InboundRequest:
    names = ("X-Slack-Signature", "X-Slack-Request-Timestamp")
    headers = {name.lower(): request.headers.get(name, "") for name in names}
    kind = (request.content_type or "").lower()
    return InboundRequest("POST", f"{settings.PUBLIC_URL}{request.path}", headers, request.body, kind)


def _say(status: int, message: str) -> HttpResponse:
    return _json(status, {"error": {"message": message}})


def _json(status: int, document: dict[str, object]) -> HttpResponse:
    return HttpResponse(dump_json(document).encode("utf-8"), status=status, content_type="application/json")
