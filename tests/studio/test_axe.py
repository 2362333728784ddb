"""Every page of the studio as axe sees it: light at a desk, dark on a phone; with much, with nothing, with errors."""

from typing import Any

import pytest

from tests.admin.conftest import signed_in
from tests.admin.world import World
from tests.studio.conftest import faults, overhang
from tests.studio.showcase import Showcase

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

#: Width, and whether it is dark.
LOOKS = ((1280, False), (390, True))


def wrong(page: Any, name: str, number: int) -> list[str]:
    """What is wrong with the page that is open, in one look or the other: asking both of each page takes too long."""
    width, is_dark = LOOKS[number % len(LOOKS)]
    page.set_viewport_size({"width": width, "height": 844})
    page.evaluate("dark => document.documentElement.classList.toggle('dark', dark)", is_dark)
    found = [f"{name}, {width}{' dark' if is_dark else ''}: {each}" for each in faults(page)]
    page.set_viewport_size({"width": 390, "height": 844})
    if overhang(page) > 0:
        found.append(f"{name}: stands out by {overhang(page)} pixels on a phone")
    return found


def walk(page: Any, url: str, pages: dict[str, str]) -> list[str]:
    found = []
    for number, (name, path) in enumerate(pages.items()):
        answer = page.goto(url + path)
        assert answer.status == 200, (name, path)
        page.wait_for_function("window.Alpine !== undefined")
        found += wrong(page, name, number)
    return found


def test_every_page(opened: Any, live_server: Any, alpha: World, beta: World) -> None:
    scene = Showcase(alpha, beta)
    # Colours that change slowly would be seen half way.
    opened.add_init_script("document.addEventListener('DOMContentLoaded', () => { const style = new CSSStyleSheet();"
                           "style.replaceSync('* { transition: none !important }');"
                           "document.adoptedStyleSheets.push(style) })")  # fmt: skip
    assert walk(opened, live_server.url, scene.pages()) == []
    # Pages that only come of something that was sent.
    opened.goto(f"{live_server.url}{scene.pages()['try']}")
    opened.get_by_role("button", name="Go on one step").click()
    assert wrong(opened, "try, one step", 1) == []
    session = signed_in(beta.admin).cookies["sessionid"].value
    opened.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    assert walk(opened, live_server.url, scene.empty_pages()) == []
