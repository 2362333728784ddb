"""Ask for an approval."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from opsflows.approvals.content import Content
from opsflows.approvals.evidence.facts import note_fact
from opsflows.approvals.levels.rounds import open_round
from opsflows.approvals.models import ApprovalAttachment, ApprovalRequest, FormSubmission
from opsflows.approvals.people.person import Person
from opsflows.approvals.plan import Plan


def ask(
    *,
    account_id: uuid.UUID,
    subject: ApprovalRequest.Subject,
    subject_id: uuid.UUID | None = None,
    origin_key: str,
    plan: Plan,
    content: Content,
    scope: Mapping[str, Any],
    requester: Person | None,
    policy_name: str = "",
    amount_field: str = "",
    submission: FormSubmission | None = None,
    files: Sequence[Mapping[str, Any]] = (),
    execution_id: uuid.UUID | None = None,
    node_id: str = "",
    depth: int = 0,
    item_id: uuid.UUID | None = None,
    now: datetime,
) -> ApprovalRequest:
    """Ask whom the plan names, level by level. Under one `origin_key` this asks once, however often it is called.

    Inside the caller's transaction, which has checked who may. The request may come back closed: approved where no
    level is needed, expired where nobody can be asked. `files` (name, size, sha256, stored_as) lie among the account's
    files already; the content names them, too.
    """
    if (known := ApprovalRequest.objects.filter(origin_key=origin_key).first()) is not None:
        return known
    with transaction.atomic():
        request = ApprovalRequest.objects.create(
            account_id=account_id,
            subject=subject,
            subject_id=subject_id,
            origin_key=origin_key,
            execution_id=execution_id,
            node_id=node_id,
            depth=depth,
            item_id=item_id,
            submission=submission,
            policy_name=policy_name,
            plan=plan.model_dump(mode="python"),
            scope=dict(scope),
            title=content.title,
            amount=content.amount,
            amount_field=amount_field,
            currency=content.currency,
            requester=requester.user if requester else None,
            requester_name=requester.name if requester else "",
            requester_email=requester.email if requester else "",
            created_at=now,
        )
        _keep_files(request, files, now)
        detail = {
            "subject": request.subject,
            "policy": policy_name,
            "plan": request.plan,
            "requester": request.requester_name,
            "requester_user": str(request.requester_id or ""),
            "requester_email": request.requester_email,
        }
        note_fact(request, "asked", detail, now=now)
        open_round(request, content, now=now)
    return request


def _keep_files(request: ApprovalRequest, files: Sequence[Mapping[str, Any]], now: datetime) -> None:
    ApprovalAttachment.objects.bulk_create(
        [
            ApprovalAttachment(
                request=request,
                name=str(each["name"])[:200],
                size=each["size"],
                sha256=each["sha256"],
                stored_as=each["stored_as"],
                added_by_id=request.requester_id,
                added_at=now,
            )
            for each in files
        ]
    )
