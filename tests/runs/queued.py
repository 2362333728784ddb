"""An engine for tests in a transaction of their own: runs are queued and claimed, and none is adopted at a commit."""

from opsflows.runs.lane import RunsLane
from tests.runs.engine import Engine


class QueuedEngine(Engine):
    """Such a test is undone by a rollback, which takes a tenth of the time that emptying all tables takes."""

    def start(self) -> None:
        super().start()
        RunsLane.present = None
