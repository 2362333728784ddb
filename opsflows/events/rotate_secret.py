"""Rotate a source's signing secret: add the new one, let both be valid for a while, then retire the old one."""

import uuid
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.audit.record import record
from opsflows.audit.who import because
from opsflows.events.create_source import check_secret, known_preset
from opsflows.events.models import Source, SourceSecret

#: Every request is checked against all of them.
MOST_SECRETS = 5


def add_secret(*, actor: Actor, source: Source, secret: str, label: str = "", now: datetime) -> SourceSecret:
    """Accept `secret` beside those that are valid already.

    Raises:
        Forbidden: the actor may not write sources here.
        ValidationError: by field: secret (not one of this preset's, or too many are valid), label.
    """
    actor.require(Permission.SOURCES_WRITE, account_id=source.account_id)
    with transaction.atomic():
        held = Source.objects.select_for_update().get(pk=source.pk)
        check_secret(known_preset(held.connector), secret)
        if held.secrets.count() >= MOST_SECRETS:
            raise ValidationError({"secret": f"At most {MOST_SECRETS} are valid at once; retire an old one first."})
        added = SourceSecret(source=held, value=secret, label=label)
        added.full_clean()
        added.save(force_insert=True)
        _new_revision(held, "A secret was added.")
        record(actor=actor, action="source.secret_added", row=held, detail={"label": label}, now=now)
    return added


def retire_secret(*, actor: Actor, source: Source, secret_id: uuid.UUID, now: datetime) -> None:
    """Refuse what is signed with this secret from now on. The last one stays: switch the source off instead.

    Raises:
        Forbidden: the actor may not write sources here.
        ValidationError: by field: secret (not of this source, or its last).
    """
    actor.require(Permission.SOURCES_WRITE, account_id=source.account_id)
    with transaction.atomic():
        held = Source.objects.select_for_update().get(pk=source.pk)
        # By id alone: a secret whose key was lost cannot be read, but must be able to go.
        labels = dict(held.secrets.values_list("pk", "label"))
        if secret_id not in labels:
            raise ValidationError({"secret": "This source has no such secret."})
        if len(labels) == 1:
            raise ValidationError({"secret": "This is the last secret; add another first, or switch the source off."})
        held.secrets.filter(pk=secret_id).delete()
        _new_revision(held, "A secret was retired.")
        record(actor=actor, action="source.secret_retired", row=held, detail={"label": labels[secret_id]}, now=now)


def _new_revision(source: Source, reason: str) -> None:
    source.revision += 1
    with because(reason):
        source.save(update_fields=["revision", "updated_at"])
