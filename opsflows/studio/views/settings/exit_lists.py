"""What the exits' fields suggest: the names of events, and of each exit the fields of its own event."""

from collections.abc import Mapping
from dataclasses import replace

from opsflows.studio.forms.around import Around
from opsflows.studio.forms.offered import Offered
from opsflows.studio.variables.of_events import variables_of_events


class ExitLists:
    """Read once for all of them; `events` are the event that each row names, by the row."""

    def __init__(self, around: Around, events: Mapping[str, str]) -> None:
        self._around, self._events = around, events
        self.events = Offered(around, "exits-")
        self._variables = variables_of_events(account_id=around.workflow.account_id, events=set(events.values()))

    def around(self, row_id: str) -> Around:
        """Where the conditions of a row stand: about its event; without one, about what the run reads."""
        event = self._events.get(row_id, "")
        return replace(self._around, variables=self._variables.get(event, ())) if event else self._around

    def lists(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """The lists of suggestions that the rows share."""
        return [(name, list(choices)) for name, choices in self.events.lists()]
