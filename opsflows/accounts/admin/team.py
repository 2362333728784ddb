"""Teams: who is in them, in which order, and whose turn it is."""

from collections import defaultdict
from typing import Any

from django import forms
from django.contrib import admin
from django.db import transaction
from django.db.models import Field, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from unfold.admin import TabularInline

from opsflows.accounts.admin.named import NamedForm, own, plain
from opsflows.accounts.models import Team, TeamMember, TeamTurn
from opsflows.accounts.role_admin import RoleAdmin
from opsflows.accounts.turns import next_member, taking_part
from opsflows.admin_site.markup import NONE, cut
from opsflows.admin_site.pages import ListAdmin

#: After all others, until the places are numbered anew.
_LAST = 2**31 - 1


class MemberForm(forms.ModelForm):
    class Meta:
        model = TeamMember
        fields = ["user", "is_active", "position"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Absent where the person may only look.
        if place := self.fields.get("position"):
            place.label, place.required = "Place", False
            if self.instance._state.adding:
                self.initial["position"] = None

    def clean_position(self) -> int:
        place: int | None = self.cleaned_data["position"]
        return _LAST if place is None else place


class MemberInline(RoleAdmin, TabularInline):
    model = TeamMember
    form = MemberForm
    account_path = "team__account"
    fields = ["user", "is_active", "position"]
    ordering_field = "position"
    extra = 0
    hide_title = True
    verbose_name_plural = "Members, in the order in which they take turns"

    def formfield_for_dbfield(self, db_field: Field, request: HttpRequest, **kwargs: Any) -> Any:
        field: Any = plain(super().formfield_for_dbfield(db_field, request, **kwargs))
        if db_field.name == "user":
            field.label_from_instance = _called
            # Read once, not once for each row of the form.
            field.choices = list(field.choices)
        return field


class TeamForm(NamedForm):
    class Meta:
        model = Team
        fields = ["name"]


@admin.register(Team)
class TeamAdmin(ListAdmin):
    may_add = may_change = may_delete = True
    form = TeamForm
    fields = ["name", "next_in_turn"]
    readonly_fields = ["next_in_turn"]
    inlines = [MemberInline]
    list_display = ["name", "who", "next_in_turn"]
    ordering = ["name_key"]
    search_help = "How a team's name begins"
    empty_title = "No teams yet"
    empty_text = (
        "A team is people who share work, such as Sales or Support. Workflows tell all of them, or give the next in "
        "turn a task."
    )

    def search(self, request: HttpRequest, rows: QuerySet, term: str) -> QuerySet:
        return rows.filter(name__istartswith=term)

    def prepare_rows(self, request: HttpRequest, rows: list[Any]) -> None:
        _with_members(rows)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        team = super().get_object(request, object_id, from_field)
        if team is not None:
            _with_members([team])
        return team

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return own(super().get_form(request, *args, **kwargs), request)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        with transaction.atomic():
            super().save_formset(request, form, formset, change)
            rows = TeamMember.objects.filter(team=form.instance)
            for place, member in enumerate(rows, 1):
                if member.position != place:
                    member.position = place
                    member.save()

    @admin.display(description="Members")
    def who(self, team: Any) -> SafeString:
        return cut(", ".join(_called(member.user) for member in team.taking_part))

    @admin.display(description="Next in turn")
    def next_in_turn(self, team: Any) -> SafeString | str:
        members = getattr(team, "taking_part", [])
        return _called(next_member(members, team.last_turn).user) if members else NONE


def _with_members(teams: list[Any]) -> None:
    ids = [team.pk for team in teams]
    members = defaultdict(list)
    for member in taking_part(ids):
        members[member.team_id].append(member)
    turns = TeamTurn.objects.in_bulk(ids)
    for team in teams:
        team.taking_part, team.last_turn = members[team.pk], turns.get(team.pk)


def _called(user: Any) -> str:
    full = user.get_full_name()
    return f"{full} ({user.username})" if full else str(user.username)
