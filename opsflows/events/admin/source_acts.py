"""What can be done with a source; every change gives it a new revision, which running processes notice at once."""

import uuid

from opsflows.accounts.roles import Permission
from opsflows.admin_site.acts import Act, Deed
from opsflows.events.admin.source_form import RetireForm, SecretForm, change_form
from opsflows.events.change_source import change_source
from opsflows.events.rotate_secret import add_secret, retire_secret


def _change(deed: Deed) -> str:
    data = deed.data
    change_source(
        actor=deed.actor,
        source=deed.row,
        name=data["name"],
        options=data["options"],
        event_names=data["event_names"],
        allowed_networks=data["allowed_networks"],
        max_body_bytes=data["max_body_bytes"],
        now=deed.now,
    )
    return "The source is changed; the next request is judged by the new settings."


def _switch_off(deed: Deed) -> str:
    change_source(actor=deed.actor, source=deed.row, is_active=False, now=deed.now)
    return "The source is off: requests are refused with 410."


def _switch_on(deed: Deed) -> str:
    change_source(actor=deed.actor, source=deed.row, is_active=True, now=deed.now)
    return "The source is on."


def _add_secret(deed: Deed) -> str:
    add_secret(actor=deed.actor, source=deed.row, secret=deed.data["secret"], label=deed.data["label"], now=deed.now)
    return "The new secret is accepted beside those that were valid. Retire the old one once the sender has changed."


def _retire_secret(deed: Deed) -> str:
    retire_secret(actor=deed.actor, source=deed.row, secret_id=uuid.UUID(deed.data["secret"]), now=deed.now)
    return "The secret is retired: what is signed with it is refused from now on."


ACTS = (
    Act(
        name="edit",
        label="Change",
        icon="edit",
        permission=Permission.SOURCES_WRITE,
        question=lambda source: "Changes hold from the next request on.",
        perform=_change,
        form=change_form,
    ),
    Act(
        name="add-secret",
        label="Add a secret",
        icon="key",
        permission=Permission.SOURCES_WRITE,
        question=lambda source: (
            "Both the new secret and those that are valid now will be accepted, so that the sender can change over "
            "without losing a request."
        ),
        perform=_add_secret,
        form=SecretForm,
    ),
    Act(
        name="retire-secret",
        label="Retire a secret",
        icon="key_off",
        permission=Permission.SOURCES_WRITE,
        question=lambda source: "Requests signed with this secret will be refused at once. It cannot be brought back.",
        perform=_retire_secret,
        form=RetireForm,
        is_dangerous=True,
    ),
    Act(
        name="switch-off",
        label="Switch off",
        icon="pause_circle",
        permission=Permission.SOURCES_WRITE,
        question=lambda source: (
            f"Requests to “{source.name}” will be refused with 410, and many senders give up for good after a while. "
            "Events that came in before are not touched."
        ),
        perform=_switch_off,
        is_possible=lambda source: source.is_active,
        is_dangerous=True,
    ),
    Act(
        name="switch-on",
        label="Switch on",
        icon="play_circle",
        permission=Permission.SOURCES_WRITE,
        question=lambda source: f"Requests to “{source.name}” will be accepted again.",
        perform=_switch_on,
        is_possible=lambda source: not source.is_active,
    ),
)
