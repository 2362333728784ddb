"""The base of every admin page: what one sees and may do there follows from the account in use and the role in it."""

import uuid
from typing import Any

from django.contrib.admin.options import BaseModelAdmin
from django.core.exceptions import FieldDoesNotExist
from django.db.models import ForeignKey, Model, Q, QuerySet
from django.forms import ModelChoiceField
from django.http import HttpRequest

from opsflows.accounts.current import current_membership
from opsflows.accounts.models import PlatformAccount, User
from opsflows.accounts.role_access import role_allows


class RoleAdmin(BaseModelAdmin):
    """Mixin for `ModelAdmin` and inlines; put it before them.

    `account_path` leads from the row to its account (`source__account`, or `pk` for accounts themselves); None for rows
    that belong to nobody. A superuser may do everything, and with `superusers_see_all`, or where they are a member of
    no account, does so in all of them.

    With `shares_rows`, rows without an account are everyone's: all accounts see them, superusers alone change them.
    """

    account_path: str | None = "account"
    superusers_see_all = False
    shares_rows = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        if self.account_path is None or self._sees_all(request):
            return rows
        membership = current_membership(request)
        if membership is None:
            return rows.none()
        return self.of_account(rows, membership.account_id)

    def of_account(self, rows: QuerySet[Any], account_id: uuid.UUID) -> QuerySet[Any]:
        """Those of `rows` that an account sees."""
        own = Q(**{str(self.account_path): account_id})
        return rows.filter(own | Q(**{f"{self.account_path}__isnull": True}) if self.shares_rows else own)

    def is_everyones(self, row: Model | None) -> bool:
        """Whether `row` belongs to all accounts alike."""
        return self.shares_rows and row is not None and getattr(row, f"{self.account_path}_id", None) is None

    def has_module_permission(self, request: HttpRequest) -> bool:
        return any(self._may(request, action) for action in ("view", "add", "change", "delete"))

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._may(request, "view") or self.has_change_permission(request, obj)

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return self._may(request, "add")

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._may(request, "change") and (request.user.is_superuser or not self.is_everyones(obj))

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._may(request, "delete") and (request.user.is_superuser or not self.is_everyones(obj))

    def formfield_for_foreignkey(
        self, db_field: ForeignKey, request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField | None:
        """Offer, and accept, only what belongs to the account in use."""
        membership = current_membership(request)
        if membership is not None and not self._sees_all(request):
            related = db_field.remote_field.model
            rows = kwargs.get("queryset", related._default_manager.all())
            if related is PlatformAccount:
                # Required even where the column may be empty: a row without an account would be everyone's.
                kwargs |= {"initial": membership.account_id, "required": True}
                kwargs["queryset"] = rows.filter(pk=membership.account_id)
            elif related is User:
                kwargs["queryset"] = rows.filter(memberships__account=membership.account_id)
            elif _has_account(related):
                kwargs["queryset"] = rows.filter(account=membership.account_id)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def _sees_all(self, request: HttpRequest) -> bool:
        return request.user.is_superuser and (self.superusers_see_all or current_membership(request) is None)

    def _may(self, request: HttpRequest, action: str) -> bool:
        user = request.user
        if not user.is_active or not user.is_authenticated:
            return False
        if user.is_superuser:
            return True
        membership = current_membership(request)
        options = self.opts
        return membership is not None and role_allows(
            membership.role, app=options.app_label, model=str(options.model_name), action=action
        )


def _has_account(model: type[Model]) -> bool:
    try:
        return model._meta.get_field("account").related_model is PlatformAccount
    except FieldDoesNotExist:
        return False
