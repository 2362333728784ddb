"""Say who stands in while somebody is away."""

import uuid
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from opsflows.accounts.actor import Actor, Forbidden
from opsflows.accounts.members import Members
from opsflows.accounts.models import PlatformAccount
from opsflows.accounts.roles import Permission
from opsflows.approvals.models import Delegation
from opsflows.approvals.people.absences import begin_absence
from opsflows.approvals.voice import called
from opsflows.audit.record import record
from opsflows.messages.notify import notify


def delegate(
    *,
    actor: Actor,
    person_id: uuid.UUID,
    stand_in_id: uuid.UUID,
    starts_at: datetime,
    ends_at: datetime,
    reason: str = "",
    now: datetime,
) -> Delegation:
    """From `starts_at` until `ends_at`, `stand_in_id` is asked in the place of `person_id`; what waits then goes over.

    Raises:
        Forbidden: for somebody else than oneself, without approvals:manage.
        ValidationError: by field: `person`, `stand_in`, `starts_at`, `ends_at`.
    """
    actor.require(Permission.APPROVALS_DECIDE)
    if person_id != actor.user_id and not actor.may(Permission.APPROVALS_MANAGE):
        raise Forbidden("You can name who stands in for you; for others, somebody who may manage requests can.")
    members = Members(actor.account_id)
    person, stand_in = members.by_id(person_id), members.by_id(stand_in_id)
    if person is None:
        raise ValidationError({"person": "Choose an active member of this account."})
    if stand_in is None or stand_in.pk == person.pk:
        raise ValidationError({"stand_in": "Choose another active member of this account."})
    if ends_at <= starts_at:
        raise ValidationError({"ends_at": "Has to be later than the start."})
    if ends_at <= now:
        raise ValidationError({"ends_at": "Is over already; give a moment that is still to come."})
    with transaction.atomic():
        # One at a time: who stands in has to be one answer.
        account = PlatformAccount.objects.select_for_update(no_key=True).get(pk=actor.account_id)
        others = Delegation.objects.filter(account=actor.account_id, person=person, revoked_at=None)
        if (other := others.filter(starts_at__lt=ends_at, ends_at__gt=starts_at).first()) is not None:
            until = f"{other.ends_at.astimezone(account.zone):%Y-%m-%d %H:%M} ({account.timezone})"
            message = f"{called(other.stand_in)} stands in until {until} already; end that first, or begin later."
            raise ValidationError({"starts_at": message})
        row = Delegation.objects.create(
            account_id=actor.account_id,
            person=person,
            stand_in=stand_in,
            starts_at=starts_at,
            ends_at=ends_at,
            reason=" ".join(reason.split())[:255],
            created_at=now,
        )
        detail = {"person": called(person), "stand_in": called(stand_in), "from": starts_at, "until": ends_at}
        shown = {key: value.isoformat() if isinstance(value, datetime) else value for key, value in detail.items()}
        record(actor=actor, action="delegation.made", row=row, detail=shown, now=now)
        if stand_in.pk != actor.user_id:
            title = f"You stand in for {called(person)} in approvals"
            notify(account_id=actor.account_id, users=[stand_in], title=title, link="/inbox/away/", now=now)
    if starts_at <= now:
        begin_absence(row.pk, now=now)
        row.refresh_from_db()
    return row


def revoke_delegation(*, actor: Actor, delegation_id: uuid.UUID, now: datetime) -> Delegation:
    """End it at once. What was handed over stays with the stand-in; the person can take it back, task by task.

    Raises:
        Delegation.DoesNotExist: none of this id in the account.
        Forbidden: it is neither of the actor's own, nor may they manage those of others.
    """
    actor.require(Permission.APPROVALS_DECIDE)
    with transaction.atomic():
        row = Delegation.objects.select_for_update().get(pk=delegation_id, account_id=actor.account_id)
        if actor.user_id not in (row.person_id, row.stand_in_id) and not actor.may(Permission.APPROVALS_MANAGE):
            raise Forbidden("This is about two other people; one of them can end it.")
        if row.revoked_at is None and row.ends_at > now:
            row.revoked_at = now
            row.save()
            detail = {"person": called(row.person), "stand_in": called(row.stand_in)}
            record(actor=actor, action="delegation.revoked", row=row, detail=detail, now=now)
    return row
