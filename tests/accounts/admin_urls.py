"""A small admin site whose pages stand on `RoleAdmin`."""

from django.urls import path
from unfold.admin import ModelAdmin
from unfold.sites import UnfoldAdminSite

from opsflows.accounts.models import ApiKey
from opsflows.accounts.role_admin import RoleAdmin
from opsflows.events.models import Source, SourceSecret


class SourceAdmin(RoleAdmin, ModelAdmin):
    pass


class SecretAdmin(RoleAdmin, ModelAdmin):
    account_path = "source__account"


class CatalogAdmin(RoleAdmin, ModelAdmin):
    pass


class KeyAdmin(RoleAdmin, ModelAdmin):
    pass


SITE = UnfoldAdminSite()
SITE.register(Source, SourceAdmin)
SITE.register(SourceSecret, SecretAdmin)
SITE.register(ApiKey, KeyAdmin)

urlpatterns = [path("admin/", SITE.urls)]
