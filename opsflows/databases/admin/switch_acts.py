"""Switching on and off and deleting, as acts of a database and of a statement alike."""

from collections.abc import Callable
from typing import Any

from opsflows.accounts.roles import Permission
from opsflows.admin_site.acts import Act, Deed
from opsflows.databases.switch import delete_row, switch_row


def switch_acts(*, what: str, off: str, on: str, forget: Callable[[Any], str]) -> tuple[Act, ...]:
    """The three acts. `off` says what holds while `{}` is off, `on` what may be done with it again; `forget` is asked
    before it is deleted."""

    def named(row: Any) -> str:
        return f"“{row.name}”"

    def switch_off(deed: Deed) -> str:
        switch_row(actor=deed.actor, row=deed.row, active=False, now=deed.now)
        return f"The {what} is off: {off.format('it')}."

    def switch_on(deed: Deed) -> str:
        switch_row(actor=deed.actor, row=deed.row, active=True, now=deed.now)
        return f"The {what} is on."

    def delete(deed: Deed) -> str:
        delete_row(actor=deed.actor, row=deed.row, now=deed.now)
        return f"The {what} {named(deed.row)} is gone."

    return (
        Act(
            name="switch-off",
            label="Switch off",
            icon="pause_circle",
            permission=Permission.ACCOUNT_MANAGE,
            question=lambda row: f"{off[0].upper()}{off[1:].format(named(row))} until it is switched on again.",
            perform=switch_off,
            is_possible=lambda row: row.is_active,
            is_dangerous=True,
        ),
        Act(
            name="switch-on",
            label="Switch on",
            icon="play_circle",
            permission=Permission.ACCOUNT_MANAGE,
            question=lambda row: f"Workflows may {on.format(named(row))} again.",
            perform=switch_on,
            is_possible=lambda row: not row.is_active,
        ),
        Act(
            name="delete",
            label="Delete",
            icon="delete",
            permission=Permission.ACCOUNT_MANAGE,
            question=forget,
            perform=delete,
            is_dangerous=True,
            ends_row=True,
        ),
    )
