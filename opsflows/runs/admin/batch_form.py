"""The form of a new batch: a workflow, and a CSV file."""

from collections.abc import Mapping
from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminFileFieldWidget

from opsflows.accounts.models import PlatformAccount
from opsflows.admin_site import fields
from opsflows.admin_site.filters import as_uuid
from opsflows.runs.batches.parts import MOST_ROWS
from opsflows.runs.batches.read_csv import MOST_BYTES, MOST_COLUMNS
from opsflows.workflows.models import Workflow

#: Workflows that the form offers; any other is reached from its own page.
_OFFERED = 200
_FILE_HELP = (
    f"UTF-8, with commas, semicolons or tabs. The first line names the columns: a run reads them by these names, such "
    f"as {{{{email}}}}. At most {MOST_ROWS:,} rows, {MOST_COLUMNS} columns, {MOST_BYTES // 1024 // 1024} MB."
)


class ListForm(forms.Form):
    """What is uploaded, and for which workflow."""

    def __init__(
        self,
        *,
        account: PlatformAccount,
        workflow: str = "",
        data: Mapping[str, Any] | None = None,
        files: Any = None,
    ) -> None:
        super().__init__(data, files)
        offered = startable_choices(account, (data or {}).get("workflow") or workflow)
        self.fields["workflow"] = fields.choice("Workflow", offered, initial=workflow)
        self.fields["file"] = forms.FileField(
            label="CSV file",
            allow_empty_file=True,
            widget=UnfoldAdminFileFieldWidget({"accept": ".csv,.tsv,.txt,text/csv"}),
            help_text=_FILE_HELP,
        )
        self.fields["numbers"] = fields.switch(
            "Recognise numbers",
            help_text="12 and 2.50 become numbers, true and false yes and no. 007 stays a text. Off: all is text.",
        )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(
                f"It has {file.size:,} bytes; at most {MOST_BYTES:,} are taken. Split the file."
            )
        return file


def startable_choices(account: PlatformAccount, chosen: str = "") -> list[tuple[str, str]]:
    """Workflows of the account that were published, by name; `chosen` is among them, however many there are."""
    rows = Workflow.objects.filter(account=account, published_version__isnull=False)
    found = rows.order_by("workflow_name").values_list("pk", "workflow_name")
    offered = {str(pk): name for pk, name in found[:_OFFERED]}
    if chosen not in offered and (pk := as_uuid(chosen)):
        offered |= {str(pk): name for pk, name in found.filter(pk=pk)}
    return list(offered.items())
