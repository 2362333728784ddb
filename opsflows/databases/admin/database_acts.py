"""What can be done with a database."""

from opsflows.accounts.roles import Permission
from opsflows.admin_site.acts import Act, Deed
from opsflows.databases.admin.database_form import change_form
from opsflows.databases.ask_for_test import ask_for_test
from opsflows.databases.change_database import change_database, delete_database, switch_database


def _test(deed: Deed) -> str:
    ask_for_test(actor=deed.actor, database=deed.row, now=deed.now)
    return "A worker tries it; what answers stands here in a moment."


def _change(deed: Deed) -> str:
    change_database(actor=deed.actor, database=deed.row, now=deed.now, **deed.data)
    return "The database is changed; the next query goes by it."


def _switch_off(deed: Deed) -> str:
    switch_database(actor=deed.actor, database=deed.row, active=False, now=deed.now)
    return "The database is off: query steps that ask it fail."


def _switch_on(deed: Deed) -> str:
    switch_database(actor=deed.actor, database=deed.row, active=True, now=deed.now)
    return "The database is on."


def _delete(deed: Deed) -> str:
    delete_database(actor=deed.actor, database=deed.row, now=deed.now)
    return f"“{deed.row.name}” is forgotten here."


ACTS = (
    Act(
        name="test",
        label="Test connection",
        icon="cable",
        permission=Permission.ACCOUNT_MANAGE,
        question=lambda database: (
            f"A worker connects to “{database.name}”, as a query step would, and says what answers. Nothing is changed "
            "there."
        ),
        perform=_test,
    ),
    Act(
        name="edit",
        label="Change",
        icon="edit",
        permission=Permission.ACCOUNT_MANAGE,
        question=lambda database: "Changes hold from the next query on, also for workflows that are published.",
        perform=_change,
        form=change_form,
    ),
    Act(
        name="switch-off",
        label="Switch off",
        icon="pause_circle",
        permission=Permission.ACCOUNT_MANAGE,
        question=lambda database: f"Query steps that ask “{database.name}” fail until it is switched on again.",
        perform=_switch_off,
        is_possible=lambda database: database.is_active,
        is_dangerous=True,
    ),
    Act(
        name="switch-on",
        label="Switch on",
        icon="play_circle",
        permission=Permission.ACCOUNT_MANAGE,
        question=lambda database: f"Workflows may ask “{database.name}” again.",
        perform=_switch_on,
        is_possible=lambda database: not database.is_active,
    ),
    Act(
        name="delete",
        label="Delete",
        icon="delete",
        permission=Permission.ACCOUNT_MANAGE,
        question=lambda database: (
            f"How “{database.name}” is reached, its password and its statements are forgotten. In the database itself "
            "nothing changes. While published workflows ask it, it stays."
        ),
        perform=_delete,
        is_dangerous=True,
        ends_row=True,
    ),
)
