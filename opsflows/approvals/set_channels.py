"""Say on which channels an account's people are asked. Secrets are taken, kept encrypted, and never given back."""

from datetime import datetime
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db import transaction

from opsflows.accounts.actor import Actor
from opsflows.accounts.models import PlatformAccount
from opsflows.accounts.roles import Permission
from opsflows.approvals.models import ApprovalChannels
from opsflows.audit.record import record
from opsflows.audit.who import because

_MAX_SECRET = 1000
_CALLED = {
    "slack_bot_token": "Slack's bot token",
    "slack_signing_secret": "Slack's signing secret",
    "teams_webhook_url": "the Teams webhook",
}
_TEAMS = "Give the whole address of the channel's webhook, which begins with https://."


def set_channels(
    *,
    actor: Actor,
    by_email: bool,
    slack_bot_token: str | None = None,
    slack_signing_secret: str | None = None,
    teams_webhook_url: str | None = None,
    now: datetime,
) -> ApprovalChannels:
    """What holds from now on in the actor's account. Of a secret, None keeps what is there, and "" takes it away.

    Raises:
        Forbidden: the actor may neither manage approvals nor the account.
        ValidationError: by field.
    """
    _require(actor)
    given = {
        "slack_bot_token": _secret("slack_bot_token", slack_bot_token, "xoxb-"),
        "slack_signing_secret": _secret("slack_signing_secret", slack_signing_secret, ""),
        "teams_webhook_url": _address(teams_webhook_url),
    }
    with transaction.atomic():
        # Locked instead of the row, which may not be there yet.
        account = PlatformAccount.objects.select_for_update(no_key=True).get(pk=actor.account_id)
        row = ApprovalChannels.objects.filter(account=account).first() or ApprovalChannels(account=account)
        is_new = row._state.adding
        changed = [name for name, value in given.items() if value is not None and value != (getattr(row, name) or "")]
        for name in changed:
            setattr(row, name, given[name] or None)
        if is_new or row.by_email != by_email:
            row.by_email = by_email
            changed.append("by_email")
        if not row.slack_bot_token and row.slack_signing_secret:
            raise ValidationError({"slack_bot_token": "Slack needs both: give the bot token, or take the secret away."})
        if row.slack_bot_token and not row.slack_signing_secret:
            message = "Slack needs both: give the signing secret, without which no button could be believed."
            raise ValidationError({"slack_signing_secret": message})
        if changed:
            secrets = [_CALLED[name] for name in changed if name in _CALLED]
            # History keeps no secret, so that it would not show that one was changed.
            with because(f"Changed: {', '.join(secrets)}." if secrets else ""):
                row.save()
            detail = {"changed": sorted(changed), "email": by_email, "slack": row.has_slack}
            record(actor=actor, action="approval_channels.set", row=row, detail=detail, now=now)
    return row


def _require(actor: Actor) -> None:
    if not actor.may(Permission.ACCOUNT_MANAGE):
        actor.require(Permission.APPROVALS_MANAGE)


def _secret(field: str, value: str | None, beginning: str) -> str | None:
    if not value or not value.strip():
        return None if value is None else ""
    value = value.strip()
    if not value.startswith(beginning):
        raise ValidationError({field: f"A bot token begins with {beginning}; copy the whole of it."})
    if not value.isprintable() or " " in value or len(value) > _MAX_SECRET:
        raise ValidationError({field: f"It may have no spaces and at most {_MAX_SECRET} characters."})
    return value


def _address(value: str | None) -> str | None:
    if not value or not value.strip():
        return None if value is None else ""
    value = value.strip()
    try:
        parts = urlsplit(value)
    except ValueError:
        raise ValidationError({"teams_webhook_url": _TEAMS}) from None
    if parts.scheme != "https" or not parts.hostname or len(value) > _MAX_SECRET or not value.isprintable():
        raise ValidationError({"teams_webhook_url": _TEAMS})
    return value
