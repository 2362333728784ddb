"""A workflow's settings: read by all who may, written by those who may, in groups and without JSON."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from opsflows.accounts.models import ManagedSite
from opsflows.accounts.roles import Permission
from opsflows.rules import Problem
from opsflows.studio.forms.around import around_of
from opsflows.studio.forms.offered import MOST
from opsflows.studio.forms.same import same
from opsflows.studio.saved_since import saved_since
from opsflows.studio.settings_form.places import field_at
from opsflows.studio.views.frame import Studio, address, workflow_page
from opsflows.studio.views.settings.error_workflow import others_of
from opsflows.studio.views.settings.exit_rows import ExitRows
from opsflows.studio.views.settings.form import SettingsForm
from opsflows.workflows.errors import InvalidDefinition, RevisionConflict
from opsflows.workflows.four_eyes import needs_four_eyes
from opsflows.workflows.models import Workflow
from opsflows.workflows.save_draft import KEEP, Kept, update_draft
from opsflows.workflows.warn import warnings_for


@dataclass(slots=True)
class _Sheet:
    """The form and the rows of one request."""

    form: SettingsForm
    exits: ExitRows

    def is_valid(self) -> bool:
        is_form_valid = self.form.is_valid()
        return self.exits.is_valid() and is_form_valid

    def say_nothing(self) -> None:
        """Whoever adds a row is not done yet."""
        self.form.forget_errors()
        for row in self.exits.forms:
            row.forget_errors()

    def show(self, problems: Iterable[Problem]) -> None:
        """Put each problem beside its field; what has none goes to the top."""
        for problem in problems:
            if not self.exits.show(problem.path, problem.message):
                name = field_at(problem.path)
                text = problem.message if name else f"{problem.path}: {problem.message}"
                self.form.add_error(name if name in self.form.fields else None, text)

    @property
    def problems(self) -> list[tuple[str, str]]:
        """All that is to be put right, for the list at the top: the id of the field, and the message."""
        found = []
        for form in (self.form, *self.exits.forms):
            for name, texts in form.errors.items():
                place = form[name].id_for_label if name in form.fields else ""
                found += [(place, str(text)) for text in texts]
        for row in self.exits.forms:
            found += row.conditions.problems
        return found


@require_http_methods(["GET", "HEAD", "POST"])
@workflow_page
def settings_page(studio: Studio, workflow: Workflow) -> HttpResponse:
    """Show the settings, or save what was sent of them; they are part of the draft."""
    if studio.request.method != "POST":
        return _shown(studio, workflow, _sheet(studio, workflow, None))
    studio.actor.require(Permission.WORKFLOWS_WRITE, account_id=workflow.account_id)
    sheet = _sheet(studio, workflow, studio.request.POST)
    if sheet.exits.is_rearranged:
        sheet.say_nothing()
        return _shown(studio, workflow, sheet)
    if not sheet.is_valid():
        return _shown(studio, workflow, sheet, status=400)
    try:
        saved = _save(studio, workflow, sheet)
    except InvalidDefinition as error:
        sheet.show(error.problems)
        return _shown(studio, workflow, sheet, status=400)
    except RevisionConflict as error:
        now = Workflow.objects.select_related("account", "published_version").get(pk=workflow.pk)
        return _shown(studio, now, sheet, status=409, meanwhile=saved_since(now, error.expected))
    if saved:
        messages.success(studio.request, "Saved in the draft. The settings go live with the next publication.")
    else:
        messages.info(studio.request, "Nothing was changed.")
    done = address("settings", workflow)
    return HttpResponse(headers={"HX-Redirect": done}) if studio.wants_part else HttpResponseRedirect(done)


def _sheet(studio: Studio, workflow: Workflow, data: QueryDict | None) -> _Sheet:
    around = around_of(actor=studio.actor, workflow=workflow, node_id=None)
    others = others_of(workflow)
    sites = _sites(workflow)
    form = SettingsForm(workflow=workflow, others=others, sites=sites, data=data)
    return _Sheet(form, ExitRows(around=around, exits=workflow.settings.get("exits"), data=data))


def _sites(workflow: Workflow) -> list[ManagedSite]:
    """The account's sites by name, as many as one list takes, and the one that the workflow is for."""
    rows = ManagedSite.objects.filter(account_id=workflow.account_id)
    found = list(rows.order_by("name")[:MOST])
    own = workflow.managed_site_id
    if own is not None and len(found) == MOST and own not in [site.pk for site in found]:
        found += rows.filter(pk=own)
    return found


def _save(studio: Studio, workflow: Workflow, sheet: _Sheet) -> bool:
    """Save what was changed; whether anything was."""
    form, cleaned = sheet.form, sheet.form.cleaned_data
    settings = sheet.exits.settings(form.settings())
    texts = {name: cleaned[name] for name in ("name", "description", "category") if name in form.changed_data}
    site: uuid.UUID | Kept | None = KEEP
    if "site" in form.changed_data:
        site = uuid.UUID(cleaned["site"]) if cleaned["site"] else None
    changed: dict[str, Any] = {} if same(settings, workflow.settings) else {"settings": settings}
    revision = _revision(studio.request.POST, workflow)
    if not texts and not changed and isinstance(site, Kept) and revision == workflow.revision:
        return False
    update_draft(
        actor=studio.actor,
        workflow=workflow,
        revision=revision,
        managed_site_id=site,
        now=timezone.now(),
        **texts,
        **changed,
    )
    return True


def _revision(sent: QueryDict, workflow: Workflow) -> int:
    """The revision that the form was made from; without one that can be read, none that there ever was."""
    text = sent.get("revision", "")
    return int(text) if text.isdecimal() and len(text) <= 9 else 0


def _shown(studio: Studio, workflow: Workflow, sheet: _Sheet, *, status: int = 200, **more: Any) -> HttpResponse:
    context = {
        "form": sheet.form,
        "exits": sheet.exits,
        "problems": sheet.problems,
        "warnings": [each for each in warnings_for(workflow) if each.path.startswith("settings.")],
        "needs_four_eyes": needs_four_eyes(workflow),
        "revision": studio.request.POST.get("revision") or workflow.revision,
        **more,
    }
    if studio.wants_part:
        # HTMX leaves what is refused out of the page; as a part, a refusal is what there is to show.
        return studio.part("settings/sheet.html", {**context, "workflow": workflow, "may_write": studio.may_write})
    return studio.show("Settings", "settings/page.html", context, row=workflow, status=status)
