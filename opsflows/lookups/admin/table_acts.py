"""What can be done with a lookup table."""

from opsflows.accounts.roles import Permission
from opsflows.admin_site.acts import Act, Deed
from opsflows.lookups.admin.table_forms import ColumnsForm, PasteForm, RowsForm
from opsflows.lookups.admin.used_by import on_removal, renew_act
from opsflows.lookups.find import TABLE
from opsflows.lookups.save_table import change_table, remove_table, set_rows

_KEPT = "Workflows that are published keep the older rows until they are given the new ones."


def _set(deed: Deed) -> str:
    table = set_rows(actor=deed.actor, table=deed.row, rows=deed.data["rows"], seen=deed.data["seen"])
    count = table.snapshot.row_count
    return f"The table has {count:,} row{'' if count == 1 else 's'} now. {_KEPT}"


def _change(deed: Deed) -> str:
    data = deed.data
    change_table(
        actor=deed.actor,
        table=deed.row,
        columns=data["columns"],
        description=data["description"],
        seen=data["seen"],
    )
    return f"The table is changed. {_KEPT}"


def _remove(deed: Deed) -> str:
    remove_table(actor=deed.actor, table=deed.row)
    return f"The table “{deed.row.name}” is gone."


ACTS = (
    renew_act(TABLE, "rows"),
    Act(
        name="rows",
        label="Edit rows",
        icon="edit",
        permission=Permission.WORKFLOWS_WRITE,
        question=lambda row: _KEPT,
        perform=_set,
        form=RowsForm,
    ),
    Act(
        name="paste",
        label="Paste or upload",
        icon="content_paste",
        permission=Permission.WORKFLOWS_WRITE,
        question=lambda row: f"You see what changes before it is saved. {_KEPT}",
        perform=_set,
        form=PasteForm,
    ),
    Act(
        name="columns",
        label="Change columns",
        icon="view_column",
        permission=Permission.WORKFLOWS_WRITE,
        question=lambda row: _KEPT,
        perform=_change,
        form=ColumnsForm,
    ),
    Act(
        name="remove",
        label="Remove",
        icon="delete",
        permission=Permission.WORKFLOWS_WRITE,
        question=lambda row: on_removal(row, TABLE),
        perform=_remove,
        is_dangerous=True,
        ends_row=True,
    ),
)
