"""What one rendering may cost. Counted, not timed, so that the same text and event always end the same way."""

from typing import Any

from opsflows.rules.errors import RenderError

MAX_SOURCE = 64 * 1024  #: Bytes of one template.
MAX_TAGS = 2000  #: ``{{ }}`` and ``{% %}`` in one template.
MAX_EXPRESSION = 1000  #: Characters inside of one of them.
MAX_DEPTH = 20  #: Blocks within blocks.
MAX_OUTPUT = 256 * 1024  #: Bytes of all texts of one rendering, and of every text on the way there.
MAX_ITERATIONS = 10_000  #: Turns of all loops together, and items of one list that a filter works on.
MAX_WORK = 100_000  #: Tags and expressions executed inside of loops.
MAX_READ = 8_000_000  #: Characters that filters and comparisons read, all of them together; see `measure`.


class Budget:
    """What is left for one rendering."""

    __slots__ = ("_iterations", "_output", "_read", "_work")

    def __init__(self) -> None:
        self._output = self._iterations = self._work = self._read = 0

    def write(self, text: str) -> None:
        """Count `text` as output."""
        self._output += len(text) if text.isascii() else len(text.encode(errors="surrogatepass"))
        if self._output > MAX_OUTPUT:
            raise RenderError(f"The text grows over {MAX_OUTPUT // 1024} KiB.")

    def loop(self, turns: int, weight: int) -> None:
        """Count a loop of `turns` whose body executes `weight` tags and expressions."""
        self._iterations += turns
        self._work += turns * weight
        if self._iterations > MAX_ITERATIONS:
            raise RenderError(f"The loops of the text take more than {MAX_ITERATIONS} turns.")
        if self._work > MAX_WORK:
            raise RenderError("The loops of the text do too much; repeat less, or over fewer items.")

    def read(self, *values: Any) -> None:
        """Count what a filter or a comparison has to read."""
        self._read += sum(map(measure, values))
        if self._read > MAX_READ:
            raise RenderError("The filters and comparisons of the text work on too much data.")


def measure(value: Any) -> int:
    """The work of going through `value`, in characters; one item of a list costs as much as fifty."""
    if isinstance(value, str):
        return 50 + len(value)
    if isinstance(value, dict):
        return 50 + sum(map(measure, value.values()))
    return 50 + sum(map(measure, value)) if isinstance(value, list | tuple) else 50


def check_length(length: int, what: str) -> None:
    """Refuse a text that a filter is about to make if it is longer than any output may be."""
    if length > MAX_OUTPUT:
        raise RenderError(f"{what} would make a text over {MAX_OUTPUT // 1024} KiB.")


def check_items(length: int, what: str) -> None:
    """Refuse a list that is longer than any loop may be."""
    if length > MAX_ITERATIONS:
        raise RenderError(f"{what} has more than {MAX_ITERATIONS} items.")
