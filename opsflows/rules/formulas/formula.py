"""Evaluating a formula for one event."""

import ast
from collections.abc import Mapping
from typing import Any

from simpleeval import SimpleEval

from opsflows.rules.arithmetic import ArithmeticFailure
from opsflows.rules.clock import Clock
from opsflows.rules.errors import FormulaError
from opsflows.rules.formulas.functions import COMPARISONS, OPERATORS, functions, ordered
from opsflows.rules.formulas.parse import parse_formula
from opsflows.rules.lookup import MISSING, Segments, walk
from opsflows.rules.text import excerpt
from opsflows.rules.variables import ClockScope


class Formula:
    """A formula that can be evaluated. Immutable; one may be used by many threads."""

    def __init__(self, source: str, tree: ast.expr, operands: Mapping[str, Any]) -> None:
        self._source = source
        self._tree = tree
        self._operands = operands

    @property
    def variables(self) -> frozenset[str]:
        """The dotted paths that it reads."""
        return frozenset(".".join(value) for value in self._operands.values() if isinstance(value, tuple))

    def evaluate(self, scope: Mapping[str, Any], clock: Clock) -> Any:
        """The result for the event in `scope`: a `Decimal` from a calculation, else a boolean or the value picked.

        Raises:
            FormulaError: if a field is missing, is not a number where one is needed, or the result does not exist.
        """
        fields = ClockScope(scope, clock)

        def operand(node: ast.Name) -> Any:
            value = self._operands[node.id]
            return _field(fields, value) if isinstance(value, tuple) else value

        evaluator = SimpleEval(
            operators={**OPERATORS, **{kind: ordered(accept, clock) for kind, accept in COMPARISONS.items()}},
            functions=functions(clock),
            names=operand,
        )
        plain_call = evaluator.nodes[ast.Call]

        def call(node: ast.Call) -> Any:
            # Lazily, so that if_else can guard against a division by zero.
            if isinstance(node.func, ast.Name) and node.func.id == "if_else":
                return evaluator._eval(node.args[1 if evaluator._eval(node.args[0]) else 2])
            return plain_call(node)

        evaluator.nodes[ast.Call] = call
        try:
            return evaluator.eval(self._source, previously_parsed=self._tree)
        except ArithmeticFailure:
            raise FormulaError(f"The result of {excerpt(self._source)} is too large.") from None


def compile_formula(source: str, *, path: str = "") -> Formula:
    """The formula that `source` spells: + - * / %, comparisons, and/or/not, parentheses, fields by their dotted path,
    and min, max, round, abs, sum, if_else, days_between, hours_between, minutes_between.

    Raises:
        RuleError: for anything else.
    """
    tree, operands = parse_formula(source, path)
    return Formula(source, tree, operands)


def _field(scope: Mapping[str, Any], segments: Segments) -> Any:
    value = walk(scope, segments)
    if value is MISSING or value is None:
        state = "is not in the event" if value is MISSING else "is null"
        raise FormulaError(f"{'.'.join(segments)} {state}.")
    return value
