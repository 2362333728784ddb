"""Where a notification may lead: a page of this site, or an address of the web."""

from urllib.parse import urlsplit

from django.utils.http import url_has_allowed_host_and_scheme

MAX_LINK = 2000


def link_problem(link: str) -> str | None:
    """What is wrong with `link` and what would be right; None where nothing is. No link is right."""
    if not link:
        return None
    if len(link) > MAX_LINK:
        return f"A link has at most {MAX_LINK} characters."
    if link.isprintable() and (_is_page(link) or _is_address(link)):
        return None
    return f"{link[:80]!r} is no link; give a path of this site, such as /admin/, or an address with http(s)://."


def _is_page(link: str) -> bool:
    return link.startswith("/") and url_has_allowed_host_and_scheme(link, allowed_hosts=None)


def _is_address(link: str) -> bool:
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    is_web = parts.scheme in ("http", "https") and bool(parts.hostname)
    return is_web and url_has_allowed_host_and_scheme(link, allowed_hosts={parts.netloc})
