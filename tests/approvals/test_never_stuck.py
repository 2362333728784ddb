"""Random policies, and random things that people do: nobody waits in vain, and nobody approves their own."""

import random
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from opsflows.accounts.actor import Forbidden
from opsflows.accounts.models import Membership
from opsflows.approvals.amend import amend
from opsflows.approvals.decide import decide
from opsflows.approvals.errors import Changed, Settled
from opsflows.approvals.models import ApprovalDecision, ApprovalLevel, ApprovalRequest, ApprovalTask, Delegation
from opsflows.approvals.people.delegate import delegate, revoke_delegation
from opsflows.approvals.people.find import Finder
from opsflows.approvals.people.person import Person
from opsflows.approvals.plan import plan_problems, read_plan
from opsflows.approvals.reassign import reassign
from opsflows.approvals.recall import recall
from opsflows.approvals.sweep import sweep
from opsflows.approvals.voice import voice_of_link
from tests.approvals.office import NOW, Office, assert_replays, fresh

PEOPLE = ("root", "rita", "max", "ann", "fay", "finn", "cleo", "bob")
NAMES = (
    "manager",
    "finance",
    "role:admin",
    "role:operator",
    "lawyer@outside.example",
    "ann@acme.example",
    "{{owner}}",
    "Nobody",
    *(f"{name}.acme" for name in PEOPLE),
)

_names = st.lists(st.sampled_from(NAMES), min_size=1, max_size=4)


@st.composite
def levels(draw: st.DrawFn) -> dict[str, Any]:
    at_deadline = draw(st.sampled_from(["expire", "approve", "reject", "escalate"]))
    level: dict[str, Any] = {
        "approvers": draw(_names),
        "mode": draw(st.sampled_from(["one", "all", "1", "2", "3"])),
        "together": draw(st.booleans()),
        "onTimeout": at_deadline,
        "remindEvery": draw(st.sampled_from(["", "6 hours", "1 business day"])),
    }
    level["timeout"] = draw(
        st.sampled_from(["12 hours", "2 business days"] + ([""] if at_deadline == "expire" else []))
    )
    if at_deadline == "escalate":
        level["escalateTo"] = draw(_names)
    if draw(st.booleans()):
        level["when"] = {"field": "request.amount", "operator": "greater_than", "value": 1000}
    return level


plans = st.fixed_dictionaries(
    {"levels": st.lists(levels(), min_size=1, max_size=4)},
    optional={
        "collectAll": st.booleans(),
        "skipRepeated": st.booleans(),
        "loginAbove": st.sampled_from([0, 500, 5000]),
        "onChanges": st.sampled_from(["amend", "go_on"]),
    },
)


class Life:
    """One request, and what people do to it."""

    def __init__(self, plan: dict[str, Any], amount: int, seed: int) -> None:
        self.chance = random.Random(seed)
        self.office = office = Office()
        self.now = NOW
        office.person("root", "admin")
        office.person("rita", "admin")
        office.person("max")
        for name in PEOPLE[3:]:
            office.person(name, manager="max" if name == "ann" else None)
        office.team("finance", "fay", "finn")
        self.requester = self.chance.choice([*PEOPLE, None])
        rules = {key: value for key, value in plan.items() if key != "levels"}
        scope = {"owner": self.chance.choice(["bob@acme.example", ""])}
        self.request = office.ask(*plan["levels"], by=self.requester, amount=amount, scope=scope, **rules)

    def step(self) -> None:
        acts = [self.answer] * 6 + [
            self.hand_on,
            self.go_away,
            self.come_back,
            self.wait,
            self.change,
            self.leave,
            self.recall,
        ]
        try:
            with transaction.atomic():
                self.chance.choice(acts)()
        except (Forbidden, Settled, Changed, ValidationError, Membership.DoesNotExist):
            pass
        sweep(now=self.now)
        self.check()

    def answer(self) -> None:
        tasks = list(ApprovalTask.objects.filter(request=self.request).select_related("user").order_by("id"))
        if not tasks:
            return
        task = self.chance.choice(tasks)
        by_link = task.user is None or self.chance.random() < 0.3
        voice = voice_of_link(task) if by_link else self.office.voice(self.name_of(task))
        verdict = self.chance.choice(["approve", "approve", "approve", "reject", "changes"])
        decide(voice=voice, task_id=task.pk, verdict=verdict, comment="So.", seen=None, now=self.now)

    def hand_on(self) -> None:
        tasks = list(ApprovalTask.objects.filter(request=self.request, state="open").order_by("id"))
        if tasks:
            to = self.chance.choice(NAMES)
            reassign(voice=self.voice("root"), task_id=self.chance.choice(tasks).pk, to=to, now=self.now)

    def go_away(self) -> None:
        person, stand_in = self.chance.sample(PEOPLE, 2)
        starts = self.now + timedelta(hours=self.chance.choice([0, 0, 5]))
        delegate(
            actor=self.office.actor(person),
            person_id=self.office.people[person].pk,
            stand_in_id=self.office.people[stand_in].pk,
            starts_at=starts,
            ends_at=starts + timedelta(days=self.chance.choice([1, 10])),
            now=self.now,
        )

    def come_back(self) -> None:
        if row := Delegation.objects.filter(revoked_at=None).first():
            revoke_delegation(actor=self.voice("root").actor, delegation_id=row.pk, now=self.now)

    def wait(self) -> None:
        self.now += timedelta(hours=self.chance.choice([1, 7, 13, 50, 200]))

    def change(self) -> None:
        amount = str(self.chance.choice([1, 700, 2000, 9000]))
        amend(voice=self.voice(self.requester or "root"), request_id=self.request.pk, amount=amount, now=self.now)

    def leave(self) -> None:
        # One administrator stays: an account is never without.
        name = self.chance.choice(PEOPLE[1:])
        if name != self.requester:
            Membership.objects.filter(user=self.office.people[name]).delete()

    def recall(self) -> None:
        if self.chance.random() < 0.2:
            recall(voice=self.voice(self.requester or "root"), request_id=self.request.pk, now=self.now)

    def voice(self, name: str) -> Any:
        return self.office.voice(name)

    def name_of(self, task: ApprovalTask) -> str:
        assert task.user is not None
        name = task.user.first_name.lower()
        if not Membership.objects.filter(user=task.user).exists():
            raise Forbidden(name)
        return name

    def check(self) -> None:
        request = fresh(self.request)
        assert_replays(request)
        open_tasks = list(ApprovalTask.objects.filter(request=request, state="open").select_related("user", "level"))
        assert not ApprovalDecision.objects.filter(user=request.requester_id, user__isnull=False).exists()
        if not request.is_open:
            assert not open_tasks
            assert not ApprovalLevel.objects.filter(round__request=request, state__in=["open", "pending"]).exists()
            return
        if request.state == ApprovalRequest.State.CHANGES_REQUESTED:
            assert request.amend_by is not None
            assert request.next_at == request.amend_by
            return
        self.check_waiting(request, open_tasks)

    def check_waiting(self, request: ApprovalRequest, open_tasks: list[ApprovalTask]) -> None:
        plan = read_plan(request.plan)
        finder = Finder(request, needs_login=False, now=self.now)
        for task in open_tasks:
            assert not finder.is_requester(Person(task.name, task.user, task.email))
            if task.user is None:
                assert not plan.needs_login(request.amount)
            else:
                assert Membership.objects.filter(user=task.user, account=request.account_id).exists()
        open_levels = list(ApprovalLevel.objects.filter(round__request=request, state="open"))
        assert open_levels
        for level in open_levels:
            tasks = list(ApprovalTask.objects.filter(level=level))
            voices = [task for task in tasks if task.state in ("open", "approved", "skipped")]
            assert any(task.state == "open" for task in tasks)
            if not any(task.state == "rejected" for task in tasks):
                assert len(voices) >= level.need
            keys = [Person(task.name, task.user, task.email).key for task in voices]
            assert len(keys) == len(set(keys))


@pytest.mark.django_db
@settings(
    max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate]
)
@given(plan=plans, amount=st.sampled_from([1, 700, 2000, 9000]), seed=st.integers(0, 2**32))
def test_somebody_can_always_act(plan: dict[str, Any], amount: int, seed: int) -> None:
    assert not plan_problems(plan)
    with transaction.atomic():
        life = Life(plan, amount, seed)
        life.check()
        for _ in range(15):
            life.step()
            if not fresh(life.request).is_open:
                break
        else:
            # Whatever people did: in the end it ends by itself, or somebody decides.
            for task in ApprovalTask.objects.filter(request=life.request, state="open"):
                assert task.user_id or task.email
        transaction.set_rollback(True)
