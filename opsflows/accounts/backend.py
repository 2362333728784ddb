"""Django's model permissions by role, for whoever asks `user.has_perm` without knowing an account."""

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.contrib.auth.backends import BaseBackend

from opsflows.accounts.models import Membership, User
from opsflows.accounts.role_access import apps_of_ours, role_allows

_ACTIONS = ("add", "change", "delete", "view")
_CACHE = "_opsflows_role_permissions"


class RoleBackend(BaseBackend):
    """Grants what *every* role of a person grants: who is a viewer somewhere writes nowhere without naming an account.

    `RoleAdmin` knows the account in use and answers by the role in it. Superusers are Django's own affair.
    """

    def get_user_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        if not isinstance(user_obj, User) or not user_obj.is_active or obj is not None:
            return set()
        cache = vars(user_obj)
        if _CACHE not in cache:
            roles = Membership.objects.filter(user=user_obj, account__is_active=True).values_list("role", flat=True)
            cache[_CACHE] = _common(set(roles))
        return set(cache[_CACHE])

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        """Whether anything of `app_label` is open to the person."""
        return any(name.startswith(f"{app_label}.") for name in self.get_user_permissions(user_obj))


def _common(roles: Iterable[str]) -> frozenset[str]:
    granted = [_granted(role) for role in roles]
    return frozenset.intersection(*granted) if granted else frozenset()


def _granted(role: str) -> frozenset[str]:
    return frozenset(
        f"{model._meta.app_label}.{action}_{model._meta.model_name}"
        for model in apps.get_models()
        if model._meta.app_label in apps_of_ours()
        for action in _ACTIONS
        if role_allows(role, app=model._meta.app_label, model=str(model._meta.model_name), action=action)
    )
