"""Why a step was left by the way it was left by: what its kind recorded, in words. Of conditions, cases and splits."""

from collections.abc import Mapping, Sequence
from typing import Any

from opsflows.outbound.redact import MASK, is_secret_name
from opsflows.rules.text import excerpt
from opsflows.workflows.wording.clauses import wanted

#: Cases that are told one by one.
_MOST = 50


def explanation_of(output: Any, shown_input: Any) -> Mapping[str, Any] | None:
    """As `Explanation.as_json`: a comparison (`truth`, `sentence`), or a group of them (`logic`, `children`).

    None where the step decided nothing.
    """
    if not isinstance(output, Mapping):
        return None
    found = output.get("explanation")
    if isinstance(found, Mapping) and "truth" in found:
        return masked(found)
    if isinstance(output.get("tried"), list) and "case" in output:
        return _cases(output, shown_input)
    if "variant" in output and "key" in output:
        return _split(output, shown_input)
    return None


def masked(explanation: Mapping[str, Any]) -> Mapping[str, Any]:
    """The same without the values of fields whose names say that they are secret."""
    if explanation.get("logic"):
        return {**explanation, "children": [masked(child) for child in _mappings(explanation.get("children"))]}
    field = str(explanation.get("field") or "")
    if not any(is_secret_name(part) for part in field.split(".")):
        return explanation
    word = "yes" if explanation.get("truth") else "no"
    sentence = f"{field} {str(explanation.get('operator')).replace('_', ' ')} {MASK}: {word}, it is {MASK}."
    return {**explanation, "sentence": sentence, "expected": MASK, "seen": MASK}


def _cases(output: Mapping[str, Any], shown_input: Any) -> dict[str, Any]:
    config = shown_input if isinstance(shown_input, Mapping) else {}
    cases = {case.get("name"): case for case in _mappings(config.get("cases"))}
    taken = excerpt(output["case"])
    children = [
        _case(cases.get(tried.get("case"), {}), tried, output.get("value"))
        for tried in _mappings(output["tried"])[:_MOST]
    ]
    none_holds = not any(child["truth"] for child in children)
    reason = "none of the cases holds" if none_holds else "it is the first case that holds"
    return {"truth": True, "logic": "OR", "sentence": f"Taken: {taken}; {reason}.", "children": children}


def _case(case: Mapping[str, Any], tried: Mapping[str, Any], value: Any) -> dict[str, Any]:
    name, holds = excerpt(tried.get("case")), bool(tried.get("result"))
    word = "yes" if holds else "no"
    inner = tried.get("explanation")
    if isinstance(inner, Mapping) and "truth" in inner:
        return {"truth": holds, "logic": "AND", "sentence": f"{name}: {word}.", "children": [masked(inner)]}
    return {"truth": holds, "sentence": f"{name} ({wanted(case)}): {word}, the value is {excerpt(value)}."}


def _split(output: Mapping[str, Any], shown_input: Any) -> dict[str, Any]:
    config = shown_input if isinstance(shown_input, Mapping) else {}
    weights = {each.get("name"): each.get("weight", 1) for each in _mappings(config.get("variants"))}
    whole = sum(weight for weight in weights.values() if isinstance(weight, int))
    share = weights.get(output["variant"])
    said = f"; its share is {share} of {whole}" if isinstance(share, int) and whole else ""
    sticky = f"for {excerpt(output['key'])}, who always gets the same" if config.get("key") else "for this run"
    return {"truth": True, "sentence": f"{excerpt(output['variant'])} was drawn {sticky}{said}."}


def _mappings(value: Any) -> Sequence[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []
