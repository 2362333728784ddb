"""The fields of a kind's config, as a form needs them: read off the one schema that validation reads as well."""

import types
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Le, MaxLen
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from opsflows.approvals.plan import PlanLevel
from opsflows.workflows import field_looks as looks

#: Stands for a key that a config does not have.
ABSENT: Any = type("Absent", (), {"__bool__": lambda self: False, "__repr__": lambda self: "ABSENT"})()


@dataclass(frozen=True, slots=True)
class Shape:
    """One field. `default` is what counts where the config does not have it."""

    key: str
    title: str
    help: str
    look: str
    is_more: bool = False
    is_required: bool = False
    default: Any = None
    choices: tuple[tuple[str, str], ...] = ()
    is_nullable: bool = False
    is_whole: bool = False
    least: Any = None
    most: Any = None
    longest: int | None = None
    #: Whether values under names, or in a list, are texts alone.
    is_text: bool = True
    #: The fields of an object, or of each row; of rows that come in sorts, those by the sort's name.
    inner: tuple["Shape", ...] = ()
    sort_key: str = ""
    sorts: Mapping[str, tuple["Shape", ...]] = field(default_factory=dict)


@lru_cache(maxsize=256)
def shapes_of(model: type[BaseModel]) -> tuple[Shape, ...]:
    """The fields of `model` in their order."""
    return tuple(_shape(name, info) for name, info in model.model_fields.items())


def _shape(name: str, info: FieldInfo) -> Shape:
    said = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    annotation, extra, nullable = _plain(info.annotation)
    kind = _Kind(annotation)
    given: Any = said.get(looks.LOOK)
    labels: Any = said.get(looks.LABELS) or {}
    default = ABSENT if info.is_required() else _default(info)
    look = str(given or kind.look)
    if look == looks.SWITCH and nullable:
        look = looks.CHOICE
    bounds = [*info.metadata, *extra]
    inner, sort_key, sorts = _inner(look, kind)
    return Shape(
        key=info.alias or name,
        title=info.title or _human(name),
        help=(info.description or "").replace("`", ""),
        look=looks.ROWS if look == looks.LEVELS else look,
        is_more=bool(said.get(looks.MORE)),
        is_required=info.is_required(),
        default=default,
        choices=tuple((each, str(labels.get(each) or _human(each))) for each in kind.choices),
        is_nullable=nullable,
        is_whole=kind.is_whole,
        least=next((each.ge for each in bounds if isinstance(each, Ge)), None),
        most=next((each.le for each in bounds if isinstance(each, Le)), None),
        longest=next((each.max_length for each in bounds if isinstance(each, MaxLen)), None),
        is_text=kind.is_text,
        inner=inner,
        sort_key=sort_key,
        sorts=sorts,
    )


class _Kind:
    """What an annotation says about the look."""

    def __init__(self, annotation: Any) -> None:
        self.choices: tuple[str, ...] = ()
        self.is_whole = annotation is int
        self.is_text = True
        self.model: type[BaseModel] | None = None
        self.union: tuple[Any, ...] = ()
        self.sort_key = ""
        self.look = self._look(annotation)

    def _look(self, annotation: Any) -> str:
        origin, arguments = get_origin(annotation), get_args(annotation)
        if choices := _literals(annotation):
            self.choices = choices
            return looks.CHOICE
        if origin in (Union, types.UnionType):
            self.choices = tuple(each for part in arguments for each in _literals(part))
            return looks.VALUE
        if annotation is bool:
            return looks.SWITCH
        if annotation in (int, float, Decimal):
            return looks.NUMBER
        if origin is dict:
            self.is_text = len(arguments) > 1 and arguments[1] is str
            return looks.PAIRS
        if origin is list:
            return self._list(arguments[0] if arguments else Any)
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            self.model = annotation
            return looks.PART
        return looks.TEMPLATE if annotation is str else looks.VALUE

    def _list(self, item: Any) -> str:
        plain, extra, _ = _plain(item)
        key = next((each.discriminator for each in extra if isinstance(each, FieldInfo)), None)
        if isinstance(key, str):
            self.union, self.sort_key = get_args(plain), key
            return looks.ROWS
        if isinstance(plain, type) and issubclass(plain, BaseModel):
            self.model = plain
            return looks.ROWS
        self.is_text = plain is str
        return looks.TEXTS


def _inner(look: str, kind: _Kind) -> tuple[tuple[Shape, ...], str, Mapping[str, tuple[Shape, ...]]]:
    if look == looks.LEVELS:
        return shapes_of(PlanLevel), "", {}
    if kind.model is not None:
        return shapes_of(kind.model), "", {}
    sorts: dict[str, tuple[Shape, ...]] = {}
    for model in kind.union:
        shapes = shapes_of(model)
        names = _literals(model.model_fields[kind.sort_key].annotation)
        sorts |= dict.fromkeys(names, tuple(each for each in shapes if each.key != kind.sort_key))
    return (), kind.sort_key, sorts


def _plain(annotation: Any) -> tuple[Any, list[Any], bool]:
    """An annotation without what stands around it: its metadata, and whether it may be null."""
    extra: list[Any] = []
    nullable = False
    while True:
        if get_origin(annotation) is Annotated:
            extra += get_args(annotation)[1:]
            annotation = get_args(annotation)[0]
            continue
        if get_origin(annotation) in (Union, types.UnionType) and type(None) in get_args(annotation):
            nullable = True
            rest = tuple(each for each in get_args(annotation) if each is not type(None))
            annotation = rest[0] if len(rest) == 1 else Union[rest]  # noqa: UP007  (built at run time)
            continue
        return annotation, extra, nullable


def _literals(annotation: Any) -> tuple[str, ...]:
    if get_origin(annotation) is Literal:
        return tuple(str(each) for each in get_args(annotation))
    if get_origin(annotation) in (Union, types.UnionType):
        parts = [_literals(each) for each in get_args(annotation)]
        return tuple(each for part in parts for each in part) if all(parts) else ()
    return ()


def _default(info: FieldInfo) -> Any:
    value = info.get_default(call_default_factory=True)
    return value.model_dump(by_alias=True) if isinstance(value, BaseModel) else value


def _human(name: str) -> str:
    if name.isupper():
        return name
    spaced = "".join(f" {each.lower()}" if each.isupper() else each for each in name).replace("_", " ").strip()
    return spaced[:1].upper() + spaced[1:]
