"""Conditions: when a workflow runs, which way a run goes."""

from opsflows.rules.conditions.compiled import Condition, compile_condition
from opsflows.rules.conditions.equality import Equality
from opsflows.rules.conditions.explain import Explanation

__all__ = ["Condition", "Equality", "Explanation", "compile_condition"]
