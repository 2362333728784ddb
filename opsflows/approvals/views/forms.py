"""The forms on a request's page. What is right, their verbs say; here stands what is asked for."""

from django import forms

from opsflows.approvals.content import MAX_TITLE
from opsflows.approvals.models import ApprovalRound


def _prose(label: str, *, required: bool = False, rows: int = 2, **options: object) -> forms.CharField:
    widget = forms.Textarea({"rows": rows})
    return forms.CharField(label=label, required=required, widget=widget, strip=False, **options)  # type: ignore[arg-type]


class DecideForm(forms.Form):
    """Yes, no, or what is to be changed; `task` and `seen` say of what, as it was shown."""

    task = forms.UUIDField(widget=forms.HiddenInput)
    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)
    comment = _prose("Comment", rows=1)


class CommentForm(forms.Form):
    """Something to be said beside it."""

    text = _prose("Say something to all who take part", required=True)


class AttachForm(forms.Form):
    """A file from the person's own machine."""

    file = forms.FileField(label="File", allow_empty_file=True)


class ReassignForm(forms.Form):
    """Who is asked instead."""

    task = forms.UUIDField(widget=forms.HiddenInput)
    to = forms.CharField(label="To whom", max_length=320, help_text="A name or an address.")
    comment = _prose("What they should know", rows=1)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["to"].widget.attrs.update({"list": "members", "autocomplete": "off"})


class RecallForm(forms.Form):
    """Why it is taken back."""

    reason = _prose("Why", rows=1)


class AmendForm(forms.Form):
    """The request once more, to be changed: a field for everything that it says."""

    title = forms.CharField(label="What is asked", max_length=MAX_TITLE)
    summary = _prose("Why", rows=4)
    amount = forms.CharField(label="Amount", required=False, max_length=40)

    def __init__(self, *args: object, round_: ApprovalRound, **kwargs: object) -> None:
        content = round_.content
        #: By the name of the field, the label of the detail.
        self.labels = {f"detail{number}": str(each["label"]) for number, each in enumerate(content["details"])}
        values = dict(zip(self.labels, (each.get("value") for each in content["details"]), strict=True))
        initial = {
            "title": content["title"],
            "summary": content["summary"],
            "amount": _plain(content["amount"]),
            **{name: _plain(value) for name, value in values.items()},
        }
        super().__init__(*args, **{**kwargs, "initial": initial})  # type: ignore[arg-type]
        self.fields["amount"].widget.attrs["inputmode"] = "decimal"
        if currency := content["currency"]:
            self.fields["amount"].label = f"Amount in {currency}"
        for name, label in self.labels.items():
            # What is no text or number cannot be typed; it stays as it is.
            if _is_typed(values[name]):
                long = len(str(values[name] or "")) > 80
                self.fields[name] = _prose(label, rows=3 if long else 1)
        self.fields["note"] = _prose("What you changed", rows=2, help_text="Those who decide read it first.")

    def changed_details(self) -> dict[str, object]:
        """By label, the values that are others than before."""
        return {
            label: self.cleaned_data[name]
            for name, label in self.labels.items()
            if name in self.fields and name in self.changed_data
        }


def _is_typed(value: object) -> bool:
    return value is None or (not isinstance(value, bool) and not isinstance(value, (list, dict)))


def _plain(value: object) -> str:
    return "" if value is None else str(value)
