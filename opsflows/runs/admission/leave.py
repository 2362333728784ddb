"""Runs come to an end: whoever waits behind them comes in, in the transaction that ends them."""

import uuid
from collections.abc import Iterable, Mapping

from datetime import datetime

from opsflows.runs.admission.gates import let_in
from opsflows.runs.admission.paces import Paces
from opsflows.runs.engine.after_end import End
from opsflows.runs.models import Gate
from opsflows.workflows.cache import definition, warm
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.models import Workflow
from opsflows.workflows.settings import Concurrency, RunSettings
