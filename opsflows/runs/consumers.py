"""What runs do with events."""

from opsflows.events.consumers import consumer
from opsflows.runs.start import start_runs

consumer("start_runs")(start_runs)
