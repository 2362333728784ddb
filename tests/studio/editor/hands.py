"""A pair of hands at the editor: they click and type, and count how long a person would have taken for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import expect

#: Seconds, after Card, Moran and Newell: to think of what to do next, to point and click, to press a key.
_THINK, _CLICK, _KEY = 1.35, 1.5, 0.28
#: What a person waits for the page after a click that asks the server.
_ANSWER = 0.5


class Hands:
    """What a person does on a page, one thing after the other; `seconds` is what it would take them."""

    def __init__(self, page: Any) -> None:
        self.page = page
        page.set_default_timeout(10_000)
        self.seconds = 0.0

    def click(self, target: Any) -> None:
        """Think, point, click."""
        self.seconds += _THINK + _CLICK
        target.click()

    def send(self, target: Any) -> None:
        """Click what asks the server, and wait until its answer is in place."""
        self.seconds += _ANSWER
        with self.settled():
            self.click(target)

    def type(self, target: Any, text: str) -> None:
        """Click into a field and type."""
        self.seconds += _CLICK + _KEY * len(text)
        target.fill(text)

    def choose(self, target: Any, **choice: Any) -> None:
        """Choose from a list; the form may come again with what fits the choice."""
        self.seconds += _THINK + 2 * _CLICK
        with self.settled():
            target.select_option(**choice)

    @contextmanager
    def settled(self) -> Iterator[None]:
        """Until HTMX has put its answer in place, or another page has come."""
        self.page.evaluate(
            """() => { window.studioSettled = 0;
            document.addEventListener("htmx:afterSettle", () => { window.studioSettled += 1; }); }"""
        )
        yield
        self.page.wait_for_function("() => window.studioSettled === undefined || window.studioSettled > 0")
        expect(self.page.locator(".htmx-request")).to_have_count(0)
