"""Texts and values with ``{{variables}}`` in them."""

from opsflows.rules.templates.template import Rendered, Template, ValueTemplate, compile_template, compile_value

__all__ = ["Rendered", "Template", "ValueTemplate", "compile_template", "compile_value"]
