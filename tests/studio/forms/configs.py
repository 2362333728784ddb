"""Valid configs of every kind, and valid conditions, as hypothesis makes them up."""

import string
import types
from decimal import Decimal
from typing import Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Le, MaxLen, MinLen
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from opsflows.rules.conditions.operators import OPERATORS
from opsflows.studio.forms.shapes import _plain
from opsflows.workflows.kinds import StepKind

texts = st.one_of(
    st.sampled_from(
        ["", " ", "x", "{{email}}", "Hello {{name}},\nbye", "5", "5.0", "true", '"5"', "a, b", "<b>&amp;</b>", "\nx",
         "ü €", "007", "a\r\nb", "today", "2026-01-01", "https://example.com/?key=abc&x=1", "; DROP"]
    ),
    st.text(string.ascii_letters + " .,\"'}|-#\n", max_size=12),
)  # fmt: skip
names = st.text(string.ascii_letters + "_.-", min_size=1, max_size=6)
numbers = st.one_of(st.integers(-(10**6), 10**6), st.decimals(-1000, 1000, places=2))
plain = st.one_of(st.none(), st.booleans(), numbers, texts)
values = st.recursive(
    plain, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(names, inner, max_size=3)), max_leaves=5
)


def comparisons() -> st.SearchStrategy[Any]:
    fields = st.sampled_from(["amount", "customer.name", "items.0.sku", "is_vip"])
    by_name = {
        "between": st.just([1, 5]),
        "in": st.lists(st.one_of(numbers, texts, st.none()), min_size=1, max_size=3),
        "not_in": st.lists(texts, min_size=1, max_size=3),
        "before": st.sampled_from(["today", "+7 days", "2026-01-01"]),
        "after": st.sampled_from(["today", "2026-01-01"]),
        "matches": st.sampled_from(["^a.*", "5", "true", '"x"']),
        "not_matches": st.just("[0-9]+"),
        "contains": st.one_of(numbers, texts.filter(bool)),
        "not_contains": texts.filter(bool),
        "starts_with": texts.filter(bool),
        "ends_with": texts.filter(bool),
    }
    ordered = dict.fromkeys(("greater_than", "less_than", "greater_or_equal", "less_or_equal"), numbers)
    made = []
    for name, operator in OPERATORS.items():
        if operator.takes_value:
            value = {**by_name, **ordered}.get(name, plain)
            value = st.one_of(value, st.sampled_from(["{{other}}", "{{ other.field }}"])) if name != "in" else value
            made.append(st.fixed_dictionaries({"field": fields, "operator": st.just(name), "value": value}))
        else:
            made.append(st.fixed_dictionaries({"field": fields, "operator": st.just(name)}))
    made += [
        st.fixed_dictionaries({"operator": st.just("in_segment"), "value": st.just("enterprise")}),
        st.fixed_dictionaries({"field": st.just(""), "operator": st.just("not_in_segment"), "value": st.just("x")}),
        st.fixed_dictionaries({"field": fields, "operator": st.just("in_list"), "value": st.just("EU")}),
    ]
    return st.one_of(made)


def conditions() -> st.SearchStrategy[Any]:
    """Trees in every spelling."""

    def groups(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        children = st.lists(inner, min_size=1, max_size=3)
        logics = st.sampled_from(["AND", "OR", "NOT", "and", "or", "Not"])
        return st.one_of(
            children,
            st.fixed_dictionaries({"logic": logics, "rules": children}),
            st.fixed_dictionaries({"conditions": children, "logic": logics}),
            st.fixed_dictionaries({"rules": children}),
            st.fixed_dictionaries({"logic": st.none(), "rules": children}),
        )

    return st.recursive(comparisons(), groups, max_leaves=6)


def configs(kind: StepKind) -> st.SearchStrategy[dict[str, Any]]:
    """Configs that the kind's schema takes."""
    return objects(kind.Config).filter(lambda config: _is_valid(kind.Config, config))


def objects(model: type[BaseModel]) -> st.SearchStrategy[dict[str, Any]]:
    required = {info.alias or name: field(info) for name, info in model.model_fields.items() if info.is_required()}
    optional = {info.alias or name: field(info) for name, info in model.model_fields.items() if not info.is_required()}
    return st.fixed_dictionaries(required, optional=optional)


def field(info: Any) -> st.SearchStrategy[Any]:
    extra = info.json_schema_extra or {}
    if extra.get("x-look") == "condition" or (info.description or "").startswith("A condition"):
        return conditions()
    return _of(info.annotation, list(info.metadata))


def _of(annotation: Any, bounds: list[Any]) -> st.SearchStrategy[Any]:
    plain_one, more, nullable = _plain(annotation)
    bounds = [*bounds, *more]
    found = _strategy(plain_one, bounds)
    return st.one_of(st.none(), found) if nullable else found


def _strategy(annotation: Any, bounds: list[Any]) -> st.SearchStrategy[Any]:
    origin, arguments = get_origin(annotation), get_args(annotation)
    least = next((each.ge for each in bounds if isinstance(each, Ge)), None)
    most = next((each.le for each in bounds if isinstance(each, Le)), None)
    longest = next((each.max_length for each in bounds if isinstance(each, MaxLen)), None)
    shortest = next((each.min_length for each in bounds if isinstance(each, MinLen)), 0)
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin in (Union, types.UnionType):
        return st.one_of([_of(each, []) for each in arguments])
    if annotation is bool:
        return st.booleans()
    if annotation is int:
        return st.integers(-100 if least is None else int(least), 100 if most is None else min(int(most), 10**6))
    if annotation in (float, Decimal):
        return st.decimals(Decimal(str(least or -100)), Decimal(str(most or 100)), places=1)
    if annotation is str:
        return texts.filter(lambda text: shortest <= len(text) <= (longest or 10**6))
    if origin is dict:
        return st.dictionaries(names, texts if arguments and arguments[1] is str else values, max_size=4)
    if origin is list:
        return st.lists(_of(arguments[0], []), max_size=3)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return objects(annotation)
    return values


def _is_valid(model: type[BaseModel], config: dict[str, Any]) -> bool:
    try:
        model.model_validate(config)
    except ValidationError:
        return False
    return True
