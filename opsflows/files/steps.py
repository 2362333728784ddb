"""The step kind that keeps files: read, write, append to, list and delete them in the account's storage."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, Literal

from pydantic import Field, field_validator

from opsflows.files.configure import largest_bytes, store_of
from opsflows.files.content import (
    MOST_ROWS,
    Format,
    Separator,
    Spelling,
    appended,
    count_of,
    format_of,
    read,
    written,
)
from opsflows.files.names import BadName, checked_folder, checked_name
from opsflows.files.reserved import is_reserved, may_be_read, reserved_problem
from opsflows.files.store import Change, FileProblem, NotThere, Store, whole
from opsflows.jsontext import dump_json
from opsflows.outbound import redact_value
from opsflows.rules import Problem
from opsflows.workflows import field_looks as looks
from opsflows.workflows.kinds import Frozen, OutsideKind, StepConfig, StepContext
from opsflows.workflows.outcomes import Done, Fail, Outcome, Retry, Unclear
from opsflows.workflows.registry import register

#: Longer than waiting for others and the requests to a bucket take.
_TIMEOUT = 55
#: Characters of what is written that a run shows.
_SHOWN = 2000

Action = Literal["read", "write", "append", "list", "delete"]


class FileConfig(StepConfig):
    action: Action = Field(
        title="What to do",
        description="What to do.",
        json_schema_extra=looks.look(
            labels={
                "read": "Read it",
                "write": "Write it anew",
                "append": "Add to it",
                "list": "List what is there",
                "delete": "Delete it",
            }
        ),
    )
    name: str = Field(
        default="",
        title="File",
        description="The file, such as exports/{{today}}.csv; to list, the folder, or nothing for all.",
    )
    format: Format | Literal[""] = Field(
        default="",
        title="Format",
        description="Empty: as the name ends, .csv, .json, .jsonl, else text.",
        json_schema_extra=looks.look(
            more=True,
            labels={"csv": "CSV", "json": "JSON", "jsonl": "JSON, one a line", "text": "Text", "": "As the name says"},
        ),
    )
    content: Any = Field(
        default=None,
        title="Content",
        description="What to write: for CSV a list of objects, for text a text.",
        json_schema_extra=looks.look(looks.CONTENT),
    )
    columns: list[str] = Field(
        default_factory=list,
        title="Columns",
        description="The columns of a new CSV, in their order; empty: all that the rows have.",
        json_schema_extra=looks.look(more=True),
    )
    separator: Separator = Field(
        default="comma",
        title="Between cells",
        description="What stands between the cells of a CSV.",
        json_schema_extra=looks.look(more=True),
    )
    numbers: bool = Field(
        default=False,
        title="Read numbers as numbers",
        description="Reading CSV: what is plainly a number becomes one.",
        json_schema_extra=looks.look(more=True),
    )
    bom: bool = Field(
        default=False,
        title="For Excel: mark as UTF-8",
        description="Writing: begin with a mark by which Excel knows UTF-8.",
        json_schema_extra=looks.look(more=True),
    )
    guard_formulas: bool = Field(
        default=True,
        title="Guard against formulas",
        description="Writing CSV: a text that a spreadsheet would take for a formula gets an apostrophe before it.",
        json_schema_extra=looks.look(more=True),
    )
    skip: int = Field(
        default=0,
        ge=0,
        title="Rows to pass over",
        description="Reading rows: how many to pass over.",
        json_schema_extra=looks.look(more=True),
    )
    limit: int = Field(
        default=1000,
        ge=1,
        le=MOST_ROWS,
        title="Rows at most",
        description="Reading rows: how many at most.",
        json_schema_extra=looks.look(more=True),
    )
    missing: Literal["fail", "empty"] = Field(
        default="fail",
        title="When it is not there",
        description="Reading what is not there: fail, or go on with nothing.",
        json_schema_extra=looks.look(more=True, labels={"fail": "Fail", "empty": "Go on with nothing"}),
    )

    @field_validator("columns", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        """One text stands for a list: its names with commas between them, or a variable that is one."""
        if isinstance(value, str):
            return [name.strip() for name in value.split(",") if name.strip()]
        return [] if value is None else value


@register
class FileKind(OutsideKind):
    """Works on a file of the account. Under its key a change is made once, so that repeating it does no harm."""

    kind = "file"
    label = "Read or write a file"
    about = "Reads, writes or lists a CSV, JSON or text file."
    icon = "folder_open"
    Config = FileConfig

    def check(self, config: FileConfig, *, path: str) -> list[Problem]:
        return [Problem(f"{path}.{field}", message) for field, message in _problems(config)]

    def freeze(self, step: StepContext) -> Frozen:
        config: FileConfig = step.config
        try:
            name = _own_name(config.action, config.name)
        except BadName as error:
            raise ValueError(f"name: {error}") from None
        request = {
            "account": str(step.account_id),
            "at": step.clock.now.isoformat(),
            **config.model_dump(),
            "name": name,
            "format": config.format or format_of(name),
        }
        shown = config.model_dump(exclude_unset=True) | {"name": name}
        if "content" in shown:
            shown["content"] = _excerpt(redact_value(config.content))
        return Frozen(request=request, shown=shown, timeout=_TIMEOUT, repeat_safe=True)

    def call(self, frozen: Frozen, *, key: str) -> Outcome:
        request = frozen.request
        store = store_of(uuid.UUID(request["account"]))
        try:
            return Done(output=_ACTIONS[request["action"]](store, request, key))
        except FileProblem as problem:
            if problem.is_unclear:
                return Unclear(str(problem))
            return Retry(str(problem)) if problem.is_passing else Fail(str(problem))


def _own_name(action: str, text: str) -> str:
    """Raises `BadName`, of what the house keeps for itself as well."""
    name = checked_folder(text) if action == "list" else checked_name(text)
    if not (may_be_read(name) if action == "read" else not is_reserved(name)):
        raise BadName(reserved_problem(name))
    return name


def _problems(config: FileConfig) -> Iterator[tuple[str, str]]:
    action, name = config.action, config.name
    if "{{" not in name and "{%" not in name:
        try:
            _own_name(action, name)
        except BadName as error:
            yield "name", str(error)
    writes = action in ("write", "append")
    if writes and config.content is None:
        yield "content", "Say what to write; for an empty file, an empty text."
    if not writes and config.content is not None:
        yield "content", f"Nothing is written by {action}; leave it out."
    if action == "append" and (config.format or format_of(name)) == "json":
        yield "format", "A JSON file has one document; append to a .jsonl file, which has one on each line."
    if config.columns and not writes:
        yield "columns", "Only writing names columns; leave it out."
    if twice := next((column for column in config.columns if config.columns.count(column) > 1), None):
        yield "columns", f"{twice!r} stands here twice."


def _read(store: Store, request: Mapping[str, Any], key: str) -> dict[str, Any]:
    name = request["name"]
    try:
        content = whole(store.open(name), most=largest_bytes(), name=name)
    except NotThere:
        if request["missing"] == "fail":
            raise
        has_rows = request["format"] in ("csv", "jsonl")
        nothing = {"rows": [], "count": 0, "truncated": False} if has_rows else {"content": None}
        return {"name": name, "found": False, **nothing}
    found = read(content, _spelling(request), skip=request["skip"], most=request["limit"])
    return {"name": name, "found": True, "size": len(content), **found}


def _write(store: Store, request: Mapping[str, Any], key: str) -> dict[str, Any]:
    content, spelling = request["content"], _spelling(request)
    return _changed(store, request, key, lambda before: written(content, spelling))


def _append(store: Store, request: Mapping[str, Any], key: str) -> dict[str, Any]:
    content, spelling = request["content"], _spelling(request)
    return _changed(store, request, key, lambda before: appended(before or b"", content, spelling))


def _changed(store: Store, request: Mapping[str, Any], key: str, change: Change) -> dict[str, Any]:
    size = store.change(request["name"], change, key=key, at=datetime.fromisoformat(request["at"]))
    count = count_of(request["content"], _spelling(request))
    return {"name": request["name"], "size": size, **({} if count is None else {"count": count})}


def _delete(store: Store, request: Mapping[str, Any], key: str) -> dict[str, Any]:
    store.change(request["name"], lambda before: None, key=key, at=datetime.fromisoformat(request["at"]))
    return {"name": request["name"]}


def _list(store: Store, request: Mapping[str, Any], key: str) -> dict[str, Any]:
    found = store.listing(request["name"])
    files = [
        {"name": each.name, "size": each.size, "modified_at": each.modified_at.isoformat()} for each in found.files
    ]
    return {
        "folder": request["name"],
        "files": files,
        "folders": [each for each in found.folders if not is_reserved(each)],
        "count": len(files),
        "truncated": found.truncated,
    }


_ACTIONS: dict[str, Callable[[Store, Mapping[str, Any], str], dict[str, Any]]] = {
    "read": _read,
    "write": _write,
    "append": _append,
    "list": _list,
    "delete": _delete,
}


def _spelling(request: Mapping[str, Any]) -> Spelling:
    return Spelling(
        format=request["format"],
        separator=request["separator"],
        columns=tuple(request["columns"]),
        numbers=request["numbers"],
        bom=request["bom"],
        guard_formulas=request["guard_formulas"],
    )


def _excerpt(content: Any) -> Any:
    """`content` as a run shows it: what is long is in the file."""
    text = dump_json(content)
    return content if len(text) <= _SHOWN else f"{text[:_SHOWN]}… ({len(text):,} characters)"
