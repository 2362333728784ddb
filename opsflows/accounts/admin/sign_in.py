"""Sign-ins: the people themselves, whatever account they work in. Superusers change them, administrators look."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import UserAdmin
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from opsflows.accounts.models import User
from opsflows.accounts.note_sign_in import note_sign_in, sign_in_of
from opsflows.admin_site.markup import when
from opsflows.admin_site.pages import ListAdmin

_PERSON = (None, {"fields": ("username", "first_name", "last_name", "email")})
_PASSWORD = ("Password", {"fields": ("password",)})
_ACCESS = ("Access", {"fields": ("is_active", "is_staff", "is_superuser")})


@admin.register(User)
class SignInAdmin(ListAdmin, UserAdmin):  # type: ignore[misc]  # the stubs type the two bases' attributes differently
    account_path = "memberships__account"
    superusers_see_all = True
    called = "sign-ins"
    may_add = may_change = True
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ["username", "email", "is_active", "is_superuser", "last_sign_in"]
    list_filter = []
    ordering = ["username"]
    filter_horizontal = ()
    search_help = "How the name begins that somebody signs in with"
    add_fieldsets = ((None, {"fields": ("username", "email", "password1", "password2")}),)

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> Any:
        if obj is None:
            return self.add_fieldsets
        return (_PERSON, _PASSWORD, _ACCESS) if request.user.is_superuser else (_PERSON, _ACCESS)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        # Every role may enter the admin; what they find there depends on it.
        obj.is_staff = obj.is_staff or not change
        with transaction.atomic():
            before = sign_in_of(obj.pk) if change else None
            super().save_model(request, obj, form, change)
            if before is not None:
                note_sign_in(by=request.user.pk, user=obj, before=before, now=timezone.now())

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:  # noqa: A002
        """As Django does it, and said in the audit trail."""
        with transaction.atomic():
            user = self.get_object(request, unquote(id)) if request.method == "POST" else None
            before = None if user is None else sign_in_of(user.pk)
            answer: HttpResponse = super().user_change_password(request, id, form_url)
            if user is not None and before is not None:
                note_sign_in(by=request.user.pk, user=user, before=before, now=timezone.now())
        return answer

    def search(self, request: HttpRequest, rows: QuerySet, term: str) -> QuerySet:
        return rows.filter(username__istartswith=term)

    @admin.display(description="Last signed in")
    def last_sign_in(self, row: User) -> SafeString:
        return when(row.last_login, "never")
