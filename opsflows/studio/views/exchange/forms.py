"""What is asked before workflows are brought in."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminTextareaWidget

from opsflows.studio.exchange.write import Format


class UploadForm(forms.Form):
    """A file, or its content pasted."""

    file = forms.FileField(
        required=False,
        label="A file",
        help_text="YAML or JSON, as an export writes it; several workflows may stand in one.",
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".yaml,.yml,.json"}),
    )
    text = forms.CharField(
        required=False,
        strip=False,
        label="Or its content",
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 6, "spellcheck": "false"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not cleaned.get("file") and not (cleaned.get("text") or "").strip() and not self.errors:
            raise forms.ValidationError("Choose a file, or paste what stands in one.")
        return cleaned

    def content(self) -> tuple[bytes | str, Format]:
        """What was given, after `is_valid`, and in which form it is."""
        file: UploadedFile | None = self.cleaned_data.get("file")
        if file is not None:
            return file.read(), "json" if (file.name or "").lower().endswith(".json") else "yaml"
        text: str = self.cleaned_data["text"]
        # The preview hands on as what it read the file; YAML may begin like JSON.
        if self.data.get("kind") == "yaml":
            return text, "yaml"
        return text, "json" if text.lstrip()[:1] in ("{", "[") else "yaml"
