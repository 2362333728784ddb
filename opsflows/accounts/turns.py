"""Whose turn it is in a team: round robin over those who take part, in the team's order."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime

from django.db.models import F, QuerySet

from opsflows.accounts.models import TeamMember, TeamTurn


def taking_part(team_ids: Collection[uuid.UUID]) -> QuerySet[TeamMember]:
    """The members of these teams, in order, who are not away and can still sign in to the team's account."""
    rows = TeamMember.objects.filter(team__in=team_ids, is_active=True, user__is_active=True)
    rows = rows.filter(user__memberships__account=F("team__account"))
    return rows.select_related("user").defer("user__password").order_by("team", "position", "id")


def take_turn(*, team_id: uuid.UUID, members: Sequence[TeamMember], now: datetime) -> TeamMember:
    """The next of `members` (not empty, in order), who has then had their turn.

    Inside the caller's transaction: the turn is theirs until it ends, and given back if it is rolled back. Two that
    ask at the same time wait for each other and never get the same turn.
    """
    TeamTurn.objects.bulk_create([TeamTurn(team_id=team_id, taken_at=now)], ignore_conflicts=True)
    turn = TeamTurn.objects.select_for_update().get(team_id=team_id)
    member = next_member(members, turn)
    turn.member_id, turn.position, turn.taken_at = member.pk, member.position, now
    turn.save()
    return member


def next_member(members: Sequence[TeamMember], turn: TeamTurn | None) -> TeamMember:
    """Who comes after the one who had the last turn, also where that one has moved, pauses, or is gone."""
    if turn is None or turn.member_id is None:
        return members[0]
    # The member's own place if they are still here: the order may have been changed since.
    place = next(
        ((member.position, member.pk) for member in members if member.pk == turn.member_id),
        (turn.position, turn.member_id),
    )
    return next((member for member in members if (member.position, member.pk) > place), members[0])
