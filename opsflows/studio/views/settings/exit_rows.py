"""The exits on the page: a row for each, with the form of its conditions."""

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.forms.utils import ErrorDict
from django.http import QueryDict

from opsflows.rules.text import to_text
from opsflows.studio.forms import offered
from opsflows.studio.forms.around import Around
from opsflows.studio.forms.condition_form import ConditionForm, condition_form
from opsflows.studio.forms.posted import DO
from opsflows.studio.forms.same import same
from opsflows.studio.settings_form.exits import TEXTS, changed_exit, rearranged, row_ids, sent_ids, stored
from opsflows.studio.views.settings.exit_lists import ExitLists
from opsflows.studio.views.settings.texts import Line
from opsflows.workflows import field_looks as looks
from opsflows.workflows.exits import MAX_EXITS, MAX_REASON

ROWS = "exits"


class ExitForm(forms.Form):
    """The texts of one exit; its conditions are a form of their own beside it."""

    def __init__(
        self,
        *,
        around: Around,
        lists: "ExitLists",
        before: Any,
        row_id: str,
        number: int,
        data: QueryDict | None,
    ) -> None:
        super().__init__(data, prefix=f"exit-{row_id}")
        self.before, self.row_id, self.number = before, row_id, number
        self.conditions: ConditionForm = condition_form(
            around=around, conditions=before.get("conditions"), data=data, prefix=f"exit-{row_id}"
        )
        helps = {
            "event": "Such as order.completed. Empty: the conditions are asked whenever a wait is over.",
            "field": "Which field of that event has to fit, such as order.id.",
            "value": "What it has to be, as the run knows it, such as {{order.id}}.",
            "reason": "What the run's page then says, such as “Ordered”.",
        }
        labels = {"event": "When this event comes", "field": "and its field", "value": "equals", "reason": "Reason"}
        for name in TEXTS:
            longest = {"reason": MAX_REASON, "field": 255}.get(name, 2000)
            shown = to_text(before.get(name)) if before.get(name) is not None else ""
            self.fields[name] = Line(
                label=labels[name], required=False, max_length=longest, initial=shown, help_text=helps[name]
            )
        self._suggest("event", lists.events.suggest(looks.EVENT))
        self._suggest("value", lists.events.suggest(offered.VARIABLES))
        self._suggest("field", self.conditions.offered.suggest(offered.PATHS))

    def _suggest(self, name: str, list_id: str) -> None:
        if list_id:
            self.fields[name].widget.attrs |= {"list": list_id, "autocomplete": "off"}

    def forget_errors(self) -> None:
        """Show it as it was filled in, without a word about it."""
        self._errors = ErrorDict()

    def exit(self) -> dict[str, Any]:
        """The exit as its row says it."""
        texts = {name: self.cleaned_data.get(name) or "" for name in TEXTS if name in self.changed_data}
        return changed_exit(self.before, texts, self.conditions.conditions())

    @property
    def is_empty(self) -> bool:
        """Whether it is a new row in which nothing was said."""
        return not self.before and not self.exit()


class ExitRows:
    """All of them. `is_rearranged`: a button was pressed that changes the rows; nothing is saved."""

    def __init__(self, *, around: Around, exits: Any, data: QueryDict | None) -> None:
        self.before: Sequence[Any] = exits if isinstance(exits, list) else []
        ids = row_ids(self.before) if data is None or ROWS not in data else sent_ids(data.getlist(ROWS), self.before)
        wanted = rearranged(ids, data.get(DO, "")) if data is not None else None
        new = [each for each in wanted or () if each not in ids]
        rows = ids if wanted is None else wanted
        self.lists = ExitLists(around, {each: self._event(each, None if each in new else data) for each in rows})
        self.forms = [
            ExitForm(
                around=self.lists.around(each),
                lists=self.lists,
                before=stored(self.before, each),
                row_id=each,
                number=number,
                data=None if each in new else data,
            )
            for number, each in enumerate(rows, 1)
        ]
        self.is_rearranged = wanted is not None or any(each.conditions.is_rearranged for each in self.forms)

    def _event(self, row_id: str, data: QueryDict | None) -> str:
        """The event that a row names, as it stands now."""
        stored_event = str(stored(self.before, row_id).get("event") or "")
        return stored_event if data is None else data.get(f"exit-{row_id}-event", stored_event).strip()

    def __iter__(self) -> Iterator[ExitForm]:
        return iter(self.forms)

    @property
    def may_add(self) -> bool:
        """Whether there is room for one more."""
        return len(self.forms) < MAX_EXITS

    def is_valid(self) -> bool:
        """Whether every row can be read."""
        # Every one is asked, so that all that is wrong is said.
        checked = [form.is_valid() for each in self.forms for form in (each, each.conditions)]
        return all(checked)

    def settings(self, settings: dict[str, Any]) -> dict[str, Any]:
        """`settings` with the exits as the rows say them; untouched where they say what is there."""
        said = [each.exit() for each in self._said()]
        if same(said, self.before):
            return settings
        rest = {key: value for key, value in settings.items() if key != "exits"}
        return {**rest, "exits": said} if said else rest

    def show(self, path: str, message: str) -> bool:
        """Put a problem of the settings beside its row; whether it is one of theirs."""
        for position, each in enumerate(self._said()):
            start = f"settings.exits[{position}]"
            if path == start or path.startswith((f"{start}.", f"{start}[")):
                name = path.removeprefix(start).removeprefix(".").split("[")[0].split(".")[0]
                each.add_error(name if name in each.fields else None, message)
                return True
        return False

    def _said(self) -> list[ExitForm]:
        """The rows in which something is said: in the order, and so at the places, of what is saved."""
        return [each for each in self.forms if not each.is_empty]
