"""The mail that says what a cleaning deleted, to the account's administrators. Sent apart from the deleting, which may
thus be over and done with when the mail server is away."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from opsflows.accounts.models import Membership, PlatformAccount
from opsflows.accounts.roles import Role
from opsflows.insights.stretch import zone_called
from opsflows.queue.job_kinds import Progress, Slice
from opsflows.upkeep.links import absolute, list_path
from opsflows.upkeep.mail import send_mail
from opsflows.upkeep.retention.kinds import KINDS


def report(piece: Slice) -> Progress:
    """One mail to all of them. A repeat carries the same Message-ID, so mail programs show it once."""
    account = PlatformAccount.objects.get(pk=str(piece.account_id))
    admins = Membership.objects.filter(account=account, role=Role.ADMIN, user__is_active=True)
    to = sorted(set(admins.exclude(user__email="").values_list("user__email", flat=True)))
    if not to:
        return Progress(True, note="no administrator has an address", result={"sent_to": 0})
    counts = piece.params["counts"]
    at = datetime.fromisoformat(piece.params["at"]).astimezone(zone_called(account.timezone))
    total = sum(numbers["deleted"] for numbers in counts.values())
    taken = send_mail(
        to=to,
        subject=f"{account.name}: {total:,} old row{'' if total == 1 else 's'} deleted on {at.day} {at:%B}",
        text=_text(account, at, counts),
        name=f"retention.{piece.job_id}",
    )
    return Progress(True, done=len(to), result={"sent_to": len(to) if taken else 0})


def _text(account: PlatformAccount, at: datetime, counts: Mapping[str, Any]) -> str:
    lines = [f"{account.name}: by its retention policies, OpsFlows deleted by {at:%H:%M} on {at.day} {at:%B %Y}", ""]
    for kind, numbers in counts.items():
        label = KINDS[kind].kind.label if kind in KINDS else kind
        spared = (
            f"; {numbers['spared']:,} as old were spared, because they are still needed" if numbers["spared"] else ""
        )
        lines.append(f"- {label}: {numbers['deleted']:,}{spared}")
    lines += [
        "",
        f"What is kept for how long, and why something is spared: {absolute(list_path('upkeep.retentionpolicy'))}",
    ]
    return "\n".join(lines)
