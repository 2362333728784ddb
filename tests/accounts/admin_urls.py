"""A small admin site whose pages stand on `RoleAdmin`."""

from unfold.admin import ModelAdmin
from unfold.sites import UnfoldAdminSite

from opsflows.accounts.role_admin import RoleAdmin
from opsflows.events.models import Source, SourceSecret


class SourceAdmin(RoleAdmin, ModelAdmin):
    pass


class SecretAdmin(RoleAdmin, ModelAdmin):
    account_path = "source__account"


class CatalogAdmin(RoleAdmin, ModelAdmin):
    shares_rows = True


SITE = UnfoldAdminSite()
SITE.register(Source, SourceAdmin)
SITE.register(SourceSecret, SecretAdmin)
