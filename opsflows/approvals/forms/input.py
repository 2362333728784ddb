"""From a definition to the Django form that people fill in, and from what they said to the data of its event."""

import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from opsflows.accounts.members import Members
from opsflows.approvals.forms.fields import LONGEST_LONG, LONGEST_SHORT
from opsflows.approvals.forms.kinds import TEXTS, FormField, Kind, decimal_places, read_amount, read_number
from opsflows.approvals.voice import called
from opsflows.files.configure import largest_bytes

_CHOOSE = "Choose…"
#: Choices up to here all stand on the page; more fold into a list.
_FEW = 5


@dataclass(frozen=True, slots=True)
class Row:
    """One field of the form as a template shows it; of money with its currency's, where that is to be chosen."""

    field: FormField
    bound: forms.BoundField
    currency: forms.BoundField | None = None
    #: The only currency there is.
    unit: str = ""

    @property
    def problems(self) -> list[str]:
        """What is wrong with it."""
        return [*self.bound.errors, *(self.currency.errors if self.currency else ())]

    @property
    def is_group(self) -> bool:
        """Several inputs under one legend."""
        return isinstance(self.bound.field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple)


class RequestInput(forms.Form):
    """The form that `definition` describes. Values stand under the keys, money as `amount` and `amountCurrency`."""

    required_css_class = "required"

    def __init__(
        self,
        definition: Sequence[FormField],
        *,
        people: Mapping[str, Mapping[str, str]],
        data: Mapping[str, Any] | None = None,
        files: Any = None,
    ) -> None:
        super().__init__(data, files, label_suffix="")
        self.definition, self.people = tuple(definition), people
        for field in self.definition:
            self.fields[field.key] = _form_field(field, people)
            if field.kind is Kind.MONEY:
                choices = [(each, each) for each in field.currencies]
                # Left out, it is the first one: programs send an amount alone where only one currency is in use.
                self.fields[field.currency_key] = forms.ChoiceField(
                    label=f"Currency of {field.label}", choices=choices, required=False, initial=choices[0][0]
                )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = dict(super().clean() or {})
        for field in self.definition:
            if field.kind is not Kind.MONEY or data.get(field.key) is None:
                continue
            currency = data.get(field.currency_key) or field.currencies[0]
            try:
                data[field.key] = read_amount(format(data[field.key], "f"), currency=currency)
            except ValueError as error:
                self.add_error(field.key, str(error))
            data[field.currency_key] = currency
        return data

    def rows(self) -> Iterator[Row]:
        """The fields in their order."""
        for field in self.definition:
            if field.kind is not Kind.MONEY:
                yield Row(field, self[field.key])
            elif len(field.currencies) > 1:
                yield Row(field, self[field.key], currency=self[field.currency_key])
            else:
                yield Row(field, self[field.key], unit=field.currencies[0])


def people_of(account_id: uuid.UUID, definition: Sequence[FormField]) -> dict[str, dict[str, str]]:
    """The account's members by their ids, as an event names them; nobody is read where no field asks for a person."""
    if not any(field.kind is Kind.PERSON for field in definition):
        return {}
    members = sorted(Members(account_id).all(), key=lambda user: called(user).casefold())
    return {str(user.pk): {"name": called(user), "email": user.email} for user in members}


def event_data(form: RequestInput, stored: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """What the valid `form` says, by key: numbers exact, dates as ISO texts, people as {name, email}.

    `stored` are its files as they are kept, {name, size, sha256, stored_as}. What was left empty is null; a text is
    empty, and of several choices the list is.
    """
    data: dict[str, Any] = {}
    for field in form.definition:
        value = form.cleaned_data.get(field.key)
        data[field.key] = dict(stored[field.key]) if field.key in stored else _value(field, value, form.people)
        if field.kind is Kind.MONEY:
            data[field.currency_key] = None if value is None else form.cleaned_data[field.currency_key]
    return data


def _value(field: FormField, value: Any, people: Mapping[str, Mapping[str, str]]) -> Any:
    match field.kind:
        case Kind.CHOICES:
            return list(value or [])
        case Kind.YES_NO:
            return {"yes": True, "no": False}.get(value)
        case Kind.PERSON:
            return dict(people[value]) if value else None
        case Kind.DATE:
            return value.isoformat() if value else None
        case Kind.FILE:
            return None
        case kind if kind in TEXTS:
            return value or ""
    return None if value in (None, "") else value


class _NumberField(forms.CharField):
    """A number as people write it; of `places` digits behind the point at most."""

    def __init__(self, *, places: int | None = None, whole: bool = False, **options: Any) -> None:
        super().__init__(max_length=64, **options)
        self.places, self.whole = places, whole

    def to_python(self, value: Any) -> Any:
        text = super().to_python(format(value, "f") if isinstance(value, Decimal) else value)
        if not text:
            return None
        try:
            number = read_number(text) if self.places is None else read_number(text, places=self.places)
        except ValueError as error:
            raise ValidationError(str(error)) from None
        return int(number) if self.whole else number

    def run_validators(self, value: Any) -> None:
        """Those of texts do not apply."""


class _TextField(forms.CharField):
    """A text whose line ends are plain, and that every database can keep."""

    def to_python(self, value: Any) -> str:
        text = (super().to_python(value) or "").replace("\r\n", "\n").replace("\r", "\n")
        if any("\ud800" <= sign <= "\udfff" for sign in text):
            raise ValidationError("This holds half of a character; write it once more.")
        return text


class _RequestFile(forms.FileField):
    """A file that is not too large to be kept."""

    def clean(self, data: Any, initial: Any = None) -> Any:
        found = super().clean(data, initial)
        if found and found.size > largest_bytes():
            most = largest_bytes() // 1024 // 1024
            raise ValidationError(f"The file is larger than {most} MB; choose a smaller one.")
        return found


def _form_field(field: FormField, people: Mapping[str, Mapping[str, str]]) -> forms.Field:
    made = _of_kind(field, people)
    made.label, made.help_text, made.required = field.label, field.help, field.required
    made.widget.is_required = field.required
    made.error_messages["required"] = _missing(field)
    return made


def _of_kind(field: FormField, people: Mapping[str, Mapping[str, str]]) -> forms.Field:
    match field.kind:
        case Kind.LONG_TEXT:
            return _TextField(max_length=LONGEST_LONG, widget=forms.Textarea({"rows": 4}))
        case Kind.WHOLE_NUMBER:
            return _NumberField(places=0, whole=True, widget=_typed("numeric"))
        case Kind.NUMBER:
            return _NumberField(widget=_typed("decimal"))
        case Kind.MONEY:
            places = max(map(decimal_places, field.currencies))
            return _NumberField(places=places, widget=_typed("decimal"))
        case Kind.DATE:
            widget = forms.DateInput({"type": "date"}, format="%Y-%m-%d")
            wrong = {"invalid": "Choose a day, or write it like 2026-03-31."}
            return forms.DateField(widget=widget, input_formats=["%Y-%m-%d"], error_messages=wrong)
        case Kind.CHOICE:
            return _choice([(each, each) for each in field.choices], is_required=field.required)
        case Kind.CHOICES:
            choices = [(each, each) for each in field.choices]
            return forms.MultipleChoiceField(choices=choices, widget=forms.CheckboxSelectMultiple)
        case Kind.YES_NO:
            return _choice([("yes", "Yes"), ("no", "No")], is_required=field.required)
        case Kind.EMAIL:
            wrong = {"invalid": "Write the whole address, such as ada@example.com."}
            return forms.EmailField(error_messages=wrong, widget=forms.EmailInput({"autocomplete": "email"}))
        case Kind.LINK:
            return _link()
        case Kind.PERSON:
            return _choice(_told_apart(people), is_required=field.required, is_long=True)
        case Kind.FILE:
            return _RequestFile(max_length=200, allow_empty_file=False)
    return _TextField(max_length=LONGEST_SHORT)


def _told_apart(people: Mapping[str, Mapping[str, str]]) -> list[tuple[str, str]]:
    """Names to choose from; where two are the same, with their addresses."""
    count = Counter(each["name"] for each in people.values())
    return [
        (pk, f"{each['name']} ({each['email']})" if count[each["name"]] > 1 and each["email"] else each["name"])
        for pk, each in people.items()
    ]


def _link() -> forms.URLField:
    wrong = "Write the whole address, such as https://example.com."
    made = forms.URLField(assume_scheme="https", max_length=2000, error_messages={"invalid": wrong})
    made.validators = [
        URLValidator(schemes=["http", "https"], message=wrong) if isinstance(each, URLValidator) else each
        for each in made.validators
    ]
    return made


def _choice(choices: list[tuple[str, str]], *, is_required: bool, is_long: bool = False) -> forms.ChoiceField:
    wrong = {"invalid_choice": "This is not offered; choose one of those that are."}
    if is_long or len(choices) > _FEW:
        return forms.ChoiceField(choices=[("", _CHOOSE), *choices], error_messages=wrong)
    # A radio button that is chosen cannot be given back.
    offered = choices if is_required else [*choices, ("", "Not said")]
    return forms.ChoiceField(choices=offered, widget=forms.RadioSelect, error_messages=wrong)


def _typed(mode: str) -> forms.TextInput:
    """A text for the server to judge: browsers disagree about what a number looks like."""
    return forms.TextInput({"inputmode": mode, "autocomplete": "off"})


def _missing(field: FormField) -> str:
    match field.kind:
        case Kind.CHOICE | Kind.PERSON | Kind.YES_NO:
            return "Choose one."
        case Kind.CHOICES:
            return "Choose at least one."
        case Kind.FILE:
            return "Choose a file."
        case Kind.DATE:
            return "Choose a day."
    return f"Fill in {field.label}." if len(field.label) < 40 else "Fill this in."
