"""`/api/delegations`: who stands in for whom while they are away."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from opsflows.accounts.actor import Actor
from opsflows.accounts.members import Ambiguous, Members
from opsflows.accounts.models import User
from opsflows.accounts.roles import Permission
from opsflows.api.authentication import actor_of
from opsflows.api.operation import operation, page_of, paging, ref
from opsflows.api.paging import listing, newest_first
from opsflows.api.problems import FieldProblem, invalid, several
from opsflows.approvals.api_format import delegation_document
from opsflows.approvals.models import Delegation
from opsflows.approvals.people.delegate import delegate, revoke_delegation

_KEYS = ("person", "standIn", "startsAt", "endsAt", "reason")
#: How the verb calls what is sent.
_CALLED = {"person_id": "person", "stand_in_id": "standIn", "stand_in": "standIn"}
_CALLED |= {"starts_at": "startsAt", "ends_at": "endsAt", "__all__": ""}
#: Beyond these a time cannot be kept in every zone.
_YEARS = range(1970, 9999)


class DelegationsView(APIView):
    """`GET`: one's own, and those in which one stands in; with `approvals:manage` all. `POST`: a new one."""

    @operation(
        "list_delegations",
        "Who stands in for whom, the newest first",
        tag="Approvals",
        answers={200: page_of("Delegation")},
        refusals=(400,),
        parameters=paging("before"),
    )
    def get(self, request: Request) -> Response:
        actor = actor_of(request)
        actor.require(Permission.APPROVALS_DECIDE)
        page = newest_first(request, _visible(actor))
        return listing(page, [delegation_document(row) for row in page.rows])

    @operation(
        "create_delegation",
        "Say who stands in while somebody is away",
        tag="Approvals",
        description="For oneself; with `approvals:manage` for anybody. What waits then is handed over when it begins.",
        body=ref("NewDelegation"),
        answers={201: ref("Delegation")},
    )
    def post(self, request: Request) -> Response:
        actor, now = actor_of(request), timezone.now()
        actor.require(Permission.APPROVALS_DECIDE)
        sent, members = _read(request.data), Members(actor.account_id)
        person = _member(members, sent, "person") if sent.get("person") is not None else None
        stand_in = _member(members, sent, "standIn")
        starts_at, ends_at = _moment(sent, "startsAt") or now, _moment(sent, "endsAt")
        if ends_at is None:
            raise invalid("This field is required; say until when, such as 2026-08-14T18:00:00+02:00.", field="endsAt")
        reason = sent.get("reason")
        if reason is not None and not isinstance(reason, str):
            raise invalid("Must be text.", field="reason")
        try:
            made = delegate(
                actor=actor,
                person_id=person.pk if person else _own(actor),
                stand_in_id=stand_in.pk,
                starts_at=starts_at,
                ends_at=ends_at,
                reason=reason or "",
                now=now,
            )
        except ValidationError as error:
            raise several(_in_api_words(error)) from None
        return Response(delegation_document(_visible(actor).get(pk=made.pk)), status=201)


class DelegationView(APIView):
    """One of them."""

    @operation(
        "delete_delegation",
        "End a delegation",
        tag="Approvals",
        description="It hands nothing over any more; what was handed over stays. Ending it twice is the same.",
        answers={204: None},
        refusals=(404,),
    )
    def delete(self, request: Request, delegation_id: uuid.UUID) -> Response:
        actor = actor_of(request)
        actor.require(Permission.APPROVALS_DECIDE)
        found = get_object_or_404(_visible(actor), pk=delegation_id)
        if found.revoked_at is None:
            revoke_delegation(actor=actor, delegation_id=delegation_id, now=timezone.now())
        return Response(status=204)


def _visible(actor: Actor) -> QuerySet[Delegation]:
    rows = Delegation.objects.filter(account_id=actor.account_id).select_related("person", "stand_in")
    if actor.may(Permission.APPROVALS_MANAGE):
        return rows
    return rows.filter(Q(person=actor.user_id) | Q(stand_in=actor.user_id))


def _own(actor: Actor) -> uuid.UUID:
    if actor.user_id is None:
        raise invalid("Say who is away.", field="person")
    return actor.user_id


def _read(document: Any) -> Mapping[str, Any]:
    if not isinstance(document, dict):
        raise invalid(f"Send an object with {', '.join(_KEYS)}.")
    if unknown := sorted(document.keys() - set(_KEYS)):
        raise invalid(f"This field is not known here. Known are: {', '.join(_KEYS)}.", field=unknown[0][:80])
    return document


def _member(members: Members, sent: Mapping[str, Any], key: str) -> User:
    name = sent.get(key)
    if not isinstance(name, str) or not name.strip():
        raise invalid("Must be the username or the address of a member.", field=key)
    try:
        found = members.by_address(name.strip()) or members.by_name(name.strip())
    except Ambiguous as error:
        raise invalid(str(error), field=key) from None
    if found is None:
        raise invalid(f"{name.strip()[:80]!r} is no active member here; give a username or an address.", field=key)
    return found


def _moment(sent: Mapping[str, Any], key: str) -> datetime | None:
    value = sent.get(key)
    if value is None:
        return None
    try:
        found = parse_datetime(value) if isinstance(value, str) else None
    except ValueError:
        found = None
    if found is None or found.tzinfo is None or found.year not in _YEARS:
        raise invalid("Must be a time with its offset, such as 2026-08-14T18:00:00+02:00.", field=key)
    return found


def _in_api_words(error: ValidationError) -> list[FieldProblem]:
    given = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
    return [
        FieldProblem(_CALLED.get(field, field), message) for field, messages in given.items() for message in messages
    ]
