"""What approvals need to be tried: somebody to ask, a policy, a request form. Made where it is missing."""

import secrets
from datetime import datetime
from typing import Any, Final

from opsflows.accounts.actor import command_actor
from opsflows.accounts.create_user import create_user
from opsflows.accounts.models import Membership, PlatformAccount, Team, TeamMember, User
from opsflows.accounts.set_manager import set_manager
from opsflows.approvals.forms.starting_forms import STARTING_FORMS, add_starting_form
from opsflows.approvals.models import ApprovalPolicy, RequestForm
from opsflows.approvals.save_policy import create_policy
from opsflows.demo.access import ACCOUNT, USERNAME

FORM: Final = STARTING_FORMS["expense"]
POLICY: Final = "Expenses"
#: Up to 1,000 the manager, up to 5,000 finance too, and above that the CFO.
PLAN: Final[dict[str, Any]] = {
    "levels": [
        {"name": "Manager", "approvers": ["manager"], "timeout": "48 hours", "onTimeout": "reject"},
        {
            "name": "Finance",
            "approvers": ["finance"],
            "when": {"field": "amount", "operator": "greater_or_equal", "value": 1000},
            "timeout": "24 hours",
            "onTimeout": "reject",
        },
        {
            "name": "CFO",
            "approvers": ["cfo"],
            "when": {"field": "amount", "operator": "greater_than", "value": 5000},
            "timeout": "24 hours",
            "onTimeout": "reject",
        },
    ]
}
#: They decide by the links in their mails; the first leads whoever tries the demo.
_PEOPLE: Final = ("team-lead", "accountant", "cfo")
_TEAM: Final = "finance"


def create_office(*, now: datetime) -> None:
    """People to be asked, the policy and the form. What staff changed since the first time stays so."""
    account = PlatformAccount.objects.get(slug=ACCOUNT)
    actor = command_actor(account.pk)
    # The example workflow names it, and could not be published without.
    if not ApprovalPolicy.objects.filter(account=account, name=POLICY).exists():
        create_policy(actor=actor, name=POLICY, plan=PLAN, description="Who approves what is spent.", now=now)
    if User.objects.filter(username=_PEOPLE[0]).exists():
        return
    people = [
        create_user(
            actor=actor,
            account=account,
            username=name,
            password=secrets.token_urlsafe(24),
            email=f"{name}@localhost",
            role="approver",
            now=now,
        )
        for name in _PEOPLE
    ]
    asks = Membership.objects.filter(account=account, user__username=USERNAME).first()
    if asks is not None:
        set_manager(actor=actor, membership=asks, manager=people[0], now=now)
    team, is_new = Team.objects.get_or_create(account=account, name=_TEAM)
    if is_new:
        TeamMember.objects.create(team=team, user=people[1])
    if not RequestForm.objects.filter(account=account).exists():
        add_starting_form(actor=actor, starting="expense", now=now)
