"""Where people are asked besides their inbox, in the admin. Secrets go in and never come out again."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from opsflows.accounts.actor import Forbidden
from opsflows.accounts.current import current_account, current_actor, current_membership
from opsflows.admin_site import fields
from opsflows.admin_site.acts import show_problems
from opsflows.admin_site.history import history_of
from opsflows.admin_site.markup import Look, badge, when
from opsflows.admin_site.pages import PageAdmin
from opsflows.approvals.models import ApprovalChannels
from opsflows.approvals.set_channels import set_channels

ADDRESS = "approvals_approvalchannels_settings"
_ON = Look("On", "done", "check_circle")
_OFF = Look("Off", "off", "do_not_disturb_on")
_SECRETS = {
    "slack_bot_token": ("Slack: bot token", "Of an app that may write messages; it begins with xoxb-."),
    "slack_signing_secret": ("Slack: signing secret", "By it a button that somebody presses is believed."),
    "teams_webhook_url": ("Teams: webhook address", "Of the channel that is told; it holds a secret."),
}


class ChannelsForm(forms.Form):
    """Email on or off; each secret is either kept, replaced or taken away."""

    def __init__(self, *, row: ApprovalChannels, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self.fields["by_email"] = fields.switch(
            "A mail for every task",
            initial=row.by_email,
            help_text="With a link to decide. People without an account here are always written to.",
        )
        for name, (label, hint) in _SECRETS.items():
            is_set = bool(getattr(row, name))
            kept = "It is set; empty keeps it." if is_set else "Not set."
            self.fields[name] = fields.secret(label, required=False, help_text=f"{hint} {kept}")
            if is_set:
                self.fields[f"no_{name}"] = fields.switch(f"Take away: {label}")

    def given(self) -> dict[str, Any]:
        """What the verb takes: None keeps a secret, "" takes it away."""
        data = self.cleaned_data
        secrets = {name: "" if data.get(f"no_{name}") else data[name].strip() or None for name in _SECRETS}
        return {"by_email": data["by_email"], **secrets}


@admin.register(ApprovalChannels)
class ApprovalChannelsAdmin(PageAdmin):
    called = "channels"
    page_template = "admin/opsflows/approval_channels.html"
    list_display = ["name", "email", "slack", "teams", "changed"]
    empty_title = "By email and in the inbox"
    empty_text = "Nothing else was chosen yet. Slack and Teams are set up under Approvals, Channels."

    def get_urls(self) -> list[URLPattern]:
        return [path("settings/", self.admin_site.admin_view(self.settings_view), name=ADDRESS), *super().get_urls()]

    def page_context(self, request: HttpRequest, row: ApprovalChannels) -> dict[str, Any]:
        return self._shown(row, ChannelsForm(row=row))

    def settings_view(self, request: HttpRequest) -> HttpResponse:
        """GET shows what holds, POST changes it. There need not be a row yet."""
        if not self.has_view_permission(request) or current_membership(request) is None:
            raise PermissionDenied
        if request.method not in ("GET", "HEAD", "POST"):
            return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
        account = current_account(request)
        row = ApprovalChannels.objects.filter(account=account).first() or ApprovalChannels(account=account)
        form = ChannelsForm(row=row, data=request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            try:
                set_channels(actor=current_actor(request), **form.given(), now=timezone.now())
            except ValidationError as error:
                show_problems(form, error)
            except Forbidden as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, "Saved. What is asked from now on goes this way.")
                return HttpResponseRedirect(reverse(f"admin:{ADDRESS}"))
        context = {**self.frame(request, "Channels"), **self._shown(row, form)}
        if not row._state.adding:
            context["row_history"] = history_of(request, row)
        status = 400 if form.errors else 200
        return TemplateResponse(request, self.page_template, context, status=status)

    def _shown(self, row: ApprovalChannels, form: ChannelsForm) -> dict[str, Any]:
        return {
            "title": "Channels",
            "form": form,
            "settings_url": reverse(f"admin:{ADDRESS}"),
            "slack_url": settings.PUBLIC_URL + reverse("decide:slack", args=[row.account_id]),
            "channels": [
                ("Inbox", badge(_ON)),
                ("Email", _badge(row.by_email)),
                ("Slack", _badge(row.has_slack)),
                ("Teams", _badge(bool(row.teams_webhook_url))),
            ],
        }

    @admin.display(description="Channels")
    def name(self, row: ApprovalChannels) -> str:
        return str(row)

    @admin.display(description="Email")
    def email(self, row: ApprovalChannels) -> SafeString:
        return _badge(row.by_email)

    @admin.display(description="Slack")
    def slack(self, row: ApprovalChannels) -> SafeString:
        return _badge(row.has_slack)

    @admin.display(description="Teams")
    def teams(self, row: ApprovalChannels) -> SafeString:
        return _badge(bool(row.teams_webhook_url))

    @admin.display(description="Changed")
    def changed(self, row: ApprovalChannels) -> SafeString:
        return when(row.updated_at)


def _badge(is_on: bool) -> SafeString:
    return badge(_ON if is_on else _OFF)
