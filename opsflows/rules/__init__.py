"""The language that staff write: conditions, texts, dates and formulas. Pure: no database, no clock, no I/O."""

from opsflows.rules.business_calendar import USUAL_WEEK, Calendar, Hours, Week
from opsflows.rules.clock import Clock, usual_calendar
from opsflows.rules.compare import equals, value_keys
from opsflows.rules.conditions import Condition, Equality, Explanation, compile_condition
from opsflows.rules.dates import date_problem, resolve_date
from opsflows.rules.durations import after_duration, duration_problem, parse_duration
from opsflows.rules.errors import FormulaError, Problem, RenderError, RuleError
from opsflows.rules.formulas import Formula, compile_formula
from opsflows.rules.lookup import MISSING, lookup
from opsflows.rules.templates import Rendered, Template, ValueTemplate, compile_template, compile_value
from opsflows.rules.variables import VARIABLES, Variable, grouped_variables

__all__ = [
    "MISSING",
    "USUAL_WEEK",
    "VARIABLES",
    "Calendar",
    "Clock",
    "Condition",
    "Equality",
    "Explanation",
    "Formula",
    "FormulaError",
    "Hours",
    "Problem",
    "RenderError",
    "Rendered",
    "RuleError",
    "Template",
    "ValueTemplate",
    "Variable",
    "Week",
    "after_duration",
    "compile_condition",
    "compile_formula",
    "compile_template",
    "compile_value",
    "date_problem",
    "duration_problem",
    "equals",
    "grouped_variables",
    "lookup",
    "parse_duration",
    "resolve_date",
    "usual_calendar",
    "value_keys",
]
