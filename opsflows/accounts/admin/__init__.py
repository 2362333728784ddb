"""People, teams, recipients, API keys, accounts and their business calendars in the admin."""

from django.contrib import admin
from django.contrib.auth.models import Group

from opsflows.accounts.admin.account import AccountAdmin
from opsflows.accounts.admin.api_key import ApiKeyAdmin
from opsflows.accounts.admin.calendar import BusinessCalendarAdmin
from opsflows.accounts.admin.person import PersonAdmin
from opsflows.accounts.admin.recipient import RecipientAdmin
from opsflows.accounts.admin.sign_in import SignInAdmin
from opsflows.accounts.admin.team import TeamAdmin

# Roles say who may do what; Django's groups would be a second answer.
if admin.site.is_registered(Group):
    admin.site.unregister(Group)

__all__ = [
    "AccountAdmin",
    "ApiKeyAdmin",
    "BusinessCalendarAdmin",
    "PersonAdmin",
    "RecipientAdmin",
    "SignInAdmin",
    "TeamAdmin",
]
