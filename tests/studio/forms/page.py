"""A form as a browser sees it: drawn, and sent as it stands."""

import uuid
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any

from django.http import QueryDict
from django.template.loader import render_to_string

from opsflows.studio.forms.around import Around
from opsflows.studio.forms.condition_form import ConditionForm, condition_form
from opsflows.studio.forms.step_form import StepForm, step_form


class Page(HTMLParser):
    """The fields of some HTML with their values, the buttons, and which fields have no label."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.sent: list[tuple[str, str]] = []
        self.buttons: list[str] = []
        self.labelled: set[str] = set()
        self.ids: list[str] = []
        self.controls: list[tuple[str, bool]] = []
        self._area: str | None = None
        self._text = ""
        self._select: tuple[str, list[tuple[str, bool]]] | None = None
        self._inside_label = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {key: value or "" for key, value in attrs}
        name = given.get("name", "")
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "label":
            self._inside_label = True
            self.labelled.add(given.get("for", ""))
        if tag in ("input", "select", "textarea") and given.get("type") != "hidden":
            self.controls.append((given.get("id", ""), self._inside_label))
        if tag == "input" and name:
            if given.get("type") != "checkbox" or "checked" in given:
                # A line holds no line ends.
                self.sent.append((name, given.get("value", "").replace("\r", "").replace("\n", "")))
        elif tag == "textarea" and name:
            self._area, self._text = name, ""
        elif tag == "select":
            self._select = (name, [])
        elif tag == "option" and self._select:
            self._select[1].append((given.get("value", ""), "selected" in given))
        elif tag == "button" and name == "_do":
            self.buttons.append(given["value"])

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "label":
            self._inside_label = False
        if tag == "textarea" and self._area is not None:
            self.sent.append((self._area, self._text.removeprefix("\n").replace("\r\n", "\n").replace("\n", "\r\n")))
            self._area = None
        elif tag == "select" and self._select:
            name, options = self._select
            chosen = next((value for value, is_chosen in options if is_chosen), options[0][0] if options else "")
            self.sent.append((name, chosen))
            self._select = None

    @property
    def unlabelled(self) -> list[str]:
        return [id_ for id_, inside in self.controls if not inside and id_ not in self.labelled]

    def data(self, *, do: str = "", **changes: str) -> QueryDict:
        """What the browser sends; `changes` by the end of their names."""
        data = QueryDict(mutable=True)
        for name, value in self.sent:
            data.appendlist(name, value)
        for name, value in changes.items():
            data[name] = value
        if do:
            data["_do"] = do
        return data


def around(*, may: bool = True, variables: Any = ()) -> Around:
    """Where a form stands that asks the database nothing."""
    workflow: Any = SimpleNamespace(account_id=uuid.uuid4(), pk=uuid.uuid4())
    actor: Any = SimpleNamespace(may=lambda permission: may)
    return Around(workflow, None, variables, None, actor)


def step_page(form: StepForm) -> Page:
    return Page(render_to_string("studio/forms/step.html", {"form": form}))


def condition_page(form: ConditionForm) -> Page:
    return Page(render_to_string("studio/forms/conditions.html", {"form": form}))


def step_again(data: dict[str, Any], **changes: str) -> StepForm:
    """The step's form, drawn and sent again."""
    sent = step_page(step_form(around=around(), node_data=data)).data(**changes)
    return step_form(around=around(), node_data=data, data=sent)


def condition_again(conditions: Any, **changes: str) -> ConditionForm:
    """The condition's form, drawn and sent again."""
    sent = condition_page(condition_form(around=around(), conditions=conditions)).data(**changes)
    return condition_form(around=around(), conditions=conditions, data=sent)
