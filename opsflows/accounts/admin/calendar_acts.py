"""What can be done with a business calendar."""

from opsflows.accounts.admin.calendar_form import change_form
from opsflows.accounts.change_calendar import StillNeeded, change_calendar, delete_calendar
from opsflows.accounts.roles import Permission
from opsflows.admin_site.acts import Act, Deed, Refused


def _change(deed: Deed) -> str:
    change_calendar(actor=deed.actor, calendar=deed.row, now=deed.now, **deed.data["said"])
    return "The calendar is changed."


def _make_default(deed: Deed) -> str:
    change_calendar(actor=deed.actor, calendar=deed.row, now=deed.now, is_default=True)
    return f"Rules count by “{deed.row.name}” now."


def _delete(deed: Deed) -> str:
    try:
        delete_calendar(actor=deed.actor, calendar=deed.row, now=deed.now)
    except StillNeeded as error:
        raise Refused(str(error)) from None
    return f"“{deed.row.name}” is deleted."


ACTS = (
    Act(
        name="edit",
        label="Change",
        icon="edit",
        permission=Permission.ACCOUNT_MANAGE,
        question=lambda calendar: "It counts from now on. Runs that wait already go on at the moment they were given.",
        perform=_change,
        form=change_form,
    ),
    Act(
        name="make-default",
        label="Make it the default",
        icon="star",
        permission=Permission.ACCOUNT_MANAGE,
        question=lambda calendar: f"Business days and hours in rules will count by “{calendar.name}”.",
        perform=_make_default,
        is_possible=lambda calendar: not calendar.is_default,
    ),
    Act(
        name="delete",
        label="Delete",
        icon="delete",
        permission=Permission.ACCOUNT_MANAGE,
        question=lambda calendar: (
            f"“{calendar.name}” is deleted with its hours and days. Where it is the account's last one, Monday to "
            "Friday, 9:00 to 17:00, without holidays, holds again."
        ),
        perform=_delete,
        is_dangerous=True,
        ends_row=True,
    ),
)
