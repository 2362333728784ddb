"""Formulas such as ``usage * 0.4 + satisfaction * 0.3``, calculated exactly."""

from opsflows.rules.formulas.formula import Formula, compile_formula

__all__ = ["Formula", "compile_formula"]
