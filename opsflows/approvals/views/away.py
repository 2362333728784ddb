"""When somebody is away, and who is asked in their place."""

import uuid
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from opsflows.accounts.actor import Actor
from opsflows.accounts.members import Members
from opsflows.accounts.models import User
from opsflows.accounts.roles import Permission
from opsflows.admin_site.acts import show_problems
from opsflows.approvals.models import Delegation
from opsflows.approvals.people.delegate import delegate, revoke_delegation
from opsflows.approvals.views.frame import show, signed_in
from opsflows.approvals.voice import called

#: What is over is shown this long.
_LOOK_BACK = timedelta(days=90)
_MOST = 100
_MOMENT = "%Y-%m-%dT%H:%M"


class AwayForm(forms.Form):
    """From when until when, and who is asked meanwhile; times in the zone of the account."""

    person = forms.ChoiceField(label="Who is away")
    stand_in = forms.ChoiceField(label="Who stands in")
    starts_at = forms.DateTimeField(label="From")
    ends_at = forms.DateTimeField(label="Until")
    reason = forms.CharField(
        label="Why",
        required=False,
        max_length=255,
        help_text="Such as holiday. Who stands in sees it.",
    )

    def __init__(self, *args: Any, actor: Actor, people: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [(str(user.pk), called(user)) for user in people]
        own = str(actor.user_id)
        others = [(value, name) for value, name in names if value != own]
        if actor.may(Permission.APPROVALS_MANAGE):
            self.fields["person"].choices = [(own, "I am"), *others]  # type: ignore[attr-defined]
        else:
            del self.fields["person"]
        self.fields["stand_in"].choices = [("", "Choose somebody"), *others, *self._oneself(actor, names)]  # type: ignore[attr-defined]
        for name in ("starts_at", "ends_at"):
            self.fields[name].widget = forms.DateTimeInput({"type": "datetime-local"}, format=_MOMENT)

    def _oneself(self, actor: Actor, names: list[tuple[str, str]]) -> list[tuple[str, str]]:
        """Whoever names a stand-in for others may be it themselves."""
        own = [(value, name) for value, name in names if value == str(actor.user_id)]
        return own if "person" in self.fields else []


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def away(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """GET shows who stands in for whom, POST names somebody."""
    people, now = Members(actor.account_id).all(), timezone.now()
    data = request.POST if request.method == "POST" else None
    form = AwayForm(data, actor=actor, people=people, initial={"starts_at": now.replace(second=0, microsecond=0)})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            row = delegate(
                actor=actor,
                person_id=uuid.UUID(said.get("person") or str(actor.user_id)),
                stand_in_id=uuid.UUID(said["stand_in"]),
                starts_at=said["starts_at"],
                ends_at=said["ends_at"],
                reason=said["reason"],
                now=now,
            )
        except ValidationError as error:
            show_problems(form, error)
        else:
            messages.success(request, f"{called(row.stand_in)} is asked in the place of {called(row.person)} then.")
            return HttpResponseRedirect(reverse("inbox:away"))
    rows = Delegation.objects.filter(account_id=actor.account_id, ends_at__gt=now - _LOOK_BACK)
    if not actor.may(Permission.APPROVALS_MANAGE):
        rows = rows.filter(Q(person=actor.user_id) | Q(stand_in=actor.user_id))
    found = [Absence(row, now=now) for row in rows.select_related("person", "stand_in")[:_MOST]]
    context = {
        "form": form,
        "mine": [each for each in found if each.row.person_id == actor.user_id],
        "for_others": [each for each in found if each.row.stand_in_id == actor.user_id],
        "of_others": [each for each in found if actor.user_id not in (each.row.person_id, each.row.stand_in_id)],
        "alone": len(people) < 2,
        "zone": timezone.get_current_timezone_name(),
    }
    return show(request, "away.html", context, status=400 if form.errors else 200)


@require_POST
@signed_in
def end(request: HttpRequest, actor: Actor, delegation_id: uuid.UUID) -> HttpResponseBase:
    """From now on the person is asked themselves again."""
    row = revoke_delegation(actor=actor, delegation_id=delegation_id, now=timezone.now())
    messages.success(request, f"{called(row.person)} is asked again from now on. What was handed over stays there.")
    return HttpResponseRedirect(reverse("inbox:away"))


class Absence:
    """A row of the page: who, for whom, and whether it is now, to come or over."""

    def __init__(self, row: Delegation, *, now: Any) -> None:
        self.row = row
        self.person, self.stand_in = called(row.person), called(row.stand_in)
        self.is_over = row.revoked_at is not None or row.ends_at <= now
        self.is_now = not self.is_over and row.starts_at <= now
