"""A request in the middle of things, and what belongs to it, for the admin's world: rows alone, which tell nobody."""

import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from opsflows.accounts.models import PlatformAccount, User
from opsflows.approvals.content import Content, content_hash
from opsflows.approvals.evidence.facts import note_fact
from opsflows.approvals.models import (
    ApprovalAttachment,
    ApprovalChannels,
    ApprovalComment,
    ApprovalLevel,
    ApprovalMessage,
    ApprovalPolicy,
    ApprovalRequest,
    ApprovalRound,
    ApprovalTask,
    Delegation,
    RequestForm,
)
from opsflows.approvals.plan import read_plan
from opsflows.runs.models import Execution

_FIELDS = [{"key": "amount", "label": "Amount", "kind": "money", "required": True, "help": "", "choices": []}]


def add_approvals(
    account: PlatformAccount, name: str, *, asked: User, asks: User, run: Execution, secret: str
) -> ApprovalRequest:
    """A policy, a request that waits for `asked`, somebody who is away, and channels with `secret` in them."""
    now = timezone.now()
    plan = read_plan({"levels": [{"name": f"level {name}", "approvers": [asked.username], "timeout": "2 days"}]})
    document = plan.model_dump()
    ApprovalPolicy.objects.create(account=account, name=f"policy {name}", plan=document)
    ApprovalChannels.objects.get_or_create(
        account=account,
        defaults={"slack_bot_token": secret, "slack_signing_secret": secret, "teams_webhook_url": secret},
    )
    RequestForm.objects.create(account=account, name=f"form {name}", event_name="expense.submitted", fields=_FIELDS)
    span = {"starts_at": now, "ends_at": now + datetime.timedelta(days=3)}
    Delegation.objects.create(
        account=account, person=asked, stand_in=asks, reason=f"rest {name}", created_at=now, **span
    )
    request = ApprovalRequest.objects.create(
        account=account,
        subject=ApprovalRequest.Subject.STEP,
        origin_key=f"origin {name}",
        execution_id=run.pk,
        policy_name=f"policy {name}",
        plan=document,
        title=f"request {name}",
        amount=Decimal("12.50"),
        currency="EUR",
        requester=asks,
        requester_name=asks.username,
        requester_email=asks.email,
        created_at=now,
    )
    note_fact(request, "asked", {"requester": asks.username, "policy": f"policy {name}"}, now=now)
    _ask(request, asked, now)
    return request


def _ask(request: ApprovalRequest, asked: User, now: datetime.datetime) -> None:
    content = Content(title=request.title, summary="For the world.", amount=request.amount, currency="EUR").document()
    digest = content_hash(content)
    shown = ApprovalRound.objects.create(request=request, number=1, content=content, content_hash=digest, opened_at=now)
    level = ApprovalLevel.objects.create(
        round=shown, position=0, stage=0, name="The level", approvers=[asked.username], state="open", opened_at=now
    )
    about: dict[str, Any] = {"round": 1, "content_hash": digest, "content": content, "note": "", "levels": []}
    note_fact(request, "round_opened", about, now=now)
    task = ApprovalTask.objects.create(
        account=request.account,
        request=request,
        round=shown,
        level=level,
        user=asked,
        email=asked.email,
        name=asked.username,
        asked_at=now,
    )
    ApprovalMessage.objects.create(
        account=request.account, request=request, task=task, channel="email", purpose="ask", next_at=now, created_at=now
    )
    ApprovalComment.objects.create(
        request=request, round_number=1, user=asked, author=asked.username, door="page", text="Why so much?", at=now
    )
    ApprovalAttachment.objects.create(
        request=request, name="bill.pdf", size=10, sha256="0" * 64, stored_as="x", added_by=asked, added_at=now
    )
