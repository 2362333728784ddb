"""A workflow as one reads it, for pages; the words themselves are made in opsflows/workflows/wording."""

from opsflows.workflows.wording.clauses import Clause, in_words
from opsflows.workflows.wording.reading import Line, Reading, reading
from opsflows.workflows.wording.steps import gist

__all__ = ["Clause", "Line", "Reading", "gist", "in_words", "reading"]
