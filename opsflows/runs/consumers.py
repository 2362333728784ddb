"""What runs do with events."""

from opsflows.events.consumers import consumer
from opsflows.runs.start import start_runs
from opsflows.runs.waiting.wake import wake_waiting

consumer("start_runs")(start_runs)
consumer("wake_waiting")(wake_waiting)
