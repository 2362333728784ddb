"""What can be done with a database."""

from opsflows.accounts.roles import Permission
from opsflows.admin_site.acts import Act, Deed
from opsflows.databases.admin.database_form import change_form
from opsflows.databases.admin.switch_acts import switch_acts
from opsflows.databases.ask_for_test import ask_for_test
from opsflows.databases.change_database import change_database


def _test(deed: Deed) -> str:
    ask_for_test(actor=deed.actor, database=deed.row, now=deed.now)
    return "A worker tries it; what answers stands here in a moment."


def _change(deed: Deed) -> str:
    change_database(actor=deed.actor, database=deed.row, now=deed.now, **deed.data)
    return "The database is changed; the next query goes by it."


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
    *switch_acts(
        what="database",
        off="query steps that ask {} fail",
        on="ask {}",
        forget=lambda database: (
            f"How “{database.name}” is reached, its password and its statements are forgotten. In the database itself "
            "nothing changes. While published workflows ask it, it stays."
        ),
    ),
)
