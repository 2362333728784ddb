"""Regular expressions whose search always ends soon: time grows with the text, never exponentially."""

from opsflows.rules.patterns.automaton import Pattern, compile_pattern
from opsflows.rules.patterns.grammar import PatternError

__all__ = ["Pattern", "PatternError", "compile_pattern"]
