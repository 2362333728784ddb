"""An office to try approvals in: people, a team, and requests without a run behind them."""

import itertools
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from opsflows.accounts.actor import Actor
from opsflows.accounts.models import Membership, PlatformAccount, Team, TeamMember, User
from opsflows.approvals.ask import ask
from opsflows.approvals.content import Content
from opsflows.approvals.decide import decide, own_task
from opsflows.approvals.evidence.replay import replay
from opsflows.approvals.models import ApprovalFact, ApprovalLevel, ApprovalRequest, ApprovalRound, ApprovalTask
from opsflows.approvals.people.person import Person, person_of
from opsflows.approvals.plan import read_plan
from opsflows.approvals.voice import Voice, voice_of

#: A Monday morning.
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Office:
    """An account with people whom tests call by their first names."""

    def __init__(self, slug: str = "acme") -> None:
        self.account = PlatformAccount.objects.create(slug=slug, name=slug.title())
        self.people: dict[str, User] = {}
        self.count = itertools.count(1)

    def person(self, name: str, role: str = "viewer", *, manager: str | None = None) -> User:
        user = User.objects.create(
            username=f"{name}.{self.account.slug}", first_name=name.title(), email=f"{name}@{self.account.slug}.example"
        )
        chief = self.people[manager] if manager else None
        Membership.objects.create(account=self.account, user=user, role=role, manager=chief)
        self.people[name] = user
        return user

    def team(self, name: str, *members: str) -> Team:
        team = Team.objects.create(account=self.account, name=name)
        for position, member in enumerate(members):
            TeamMember.objects.create(team=team, user=self.people[member], position=position)
        return team

    def voice(self, name: str, *, door: str = "page") -> Voice:
        return voice_of(self.actor(name, door=door))

    def actor(self, name: str, *, door: str = "page") -> Actor:
        user = self.people[name]
        role = Membership.objects.get(account=self.account, user=user).role
        return Actor(account_id=self.account.pk, user_id=user.pk, role=role, door=door)  # type: ignore[arg-type]

    def ask(
        self,
        *levels: Mapping[str, Any],
        by: str | None = "ann",
        title: str = "New laptop",
        amount: int | str | None = None,
        scope: Mapping[str, Any] | None = None,
        now: datetime = NOW,
        **rules: Any,
    ) -> ApprovalRequest:
        requester: Person | None = person_of(self.people[by]) if by else None
        return ask(
            account_id=self.account.pk,
            subject=ApprovalRequest.Subject.STEP,
            origin_key=f"test.{self.account.pk}.{next(self.count)}",
            plan=read_plan({"levels": [dict(level) for level in levels], **rules}),
            content=Content(title=title, amount=None if amount is None else Decimal(amount), currency="EUR"),
            scope=scope or {},
            amount_field="" if amount is None else "amount",
            requester=requester,
            now=now,
        )

    def decide(
        self, request: ApprovalRequest, name: str, verdict: str = "approve", comment: str = "", *, now: datetime = NOW
    ) -> ApprovalRequest:
        task = own_task(actor=self.actor(name), request_id=request.pk)
        comment = comment or ("" if verdict == "approve" else "Not like this.")
        return decide(voice=self.voice(name), task_id=task.pk, verdict=verdict, comment=comment, seen=None, now=now)

    def waiting(self, request: ApprovalRequest) -> set[str]:
        """Who is asked at this moment, by first name or address."""
        rows = ApprovalTask.objects.filter(request=request, state="open").select_related("user")
        return {row.user.first_name.lower() if row.user else row.email for row in rows}


def later(**length: float) -> datetime:
    """So long after the Monday morning."""
    return NOW + timedelta(**length)


def fresh(request: ApprovalRequest) -> ApprovalRequest:
    return ApprovalRequest.objects.get(pk=request.pk)


def assert_replays(request: ApprovalRequest) -> None:
    """The facts alone lead to the state that is stored."""
    request = fresh(request)
    told = replay((fact.kind, fact.detail) for fact in ApprovalFact.objects.filter(request=request).order_by("number"))
    present = ApprovalRound.objects.get(request=request, number=request.round_number)
    levels = dict(ApprovalLevel.objects.filter(round=present).values_list("position", "state"))
    tasks = {str(pk): state for pk, state in ApprovalTask.objects.filter(request=request).values_list("pk", "state")}
    assert (told.state, told.round, told.levels, told.tasks) == (request.state, request.round_number, levels, tasks)
