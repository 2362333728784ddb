"""Rotate a source's signing secret: add the new one, let both be valid for a while, then retire the old one."""

import uuid

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.events.create_source import check_secret, known_preset
from opsflows.events.models import Source, SourceSecret

#: Every request is checked against all of them.
MOST_SECRETS = 5


def add_secret(*, actor: Actor, source: Source, secret: str, label: str = "") -> SourceSecret:
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
        _new_revision(held)
    return added


def retire_secret(*, actor: Actor, source: Source, secret_id: uuid.UUID) -> None:
    """Refuse what is signed with this secret from now on. The last one stays: switch the source off instead.

    Raises:
        Forbidden: the actor may not write sources here.
        ValidationError: by field: secret (not of this source, or its last).
    """
    actor.require(Permission.SOURCES_WRITE, account_id=source.account_id)
    with transaction.atomic():
        held = Source.objects.select_for_update().get(pk=source.pk)
        # By id alone: a secret whose key was lost cannot be read, but must be able to go.
        ids = set(held.secrets.values_list("pk", flat=True))
        if secret_id not in ids:
            raise ValidationError({"secret": "This source has no such secret."})
        if len(ids) == 1:
            raise ValidationError({"secret": "This is the last secret; add another first, or switch the source off."})
        held.secrets.filter(pk=secret_id).delete()
        _new_revision(held)


def _new_revision(source: Source) -> None:
    Source.objects.filter(pk=source.pk).update(revision=F("revision") + 1)
