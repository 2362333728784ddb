"""Names of files: a path below the account's folder that means the same on every system, and nothing outside of it."""

import re
import unicodedata

#: Bytes of the whole name, and of one part of it, which leaves room for what a file system adds.
MAX_NAME, MAX_PART, MAX_PARTS = 400, 120, 8

#: What some system takes for something else: separators, streams, wildcards, pipes, control characters.
_FORBIDDEN = re.compile(r'[\\:*?"<>|\x00-\x1f\x7f-\x9f]')
#: Characters that are not seen, or turn round what stands beside them.
_UNSEEN = frozenset({"Cf", "Zl", "Zp", "Cs", "Co", "Cn"})
_DEVICES = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)


class BadName(ValueError):  # noqa: N818  (reads as the answer it becomes)
    """This can be no file's name; the message says why, and what could be."""


def checked_name(text: str) -> str:
    """`text` in the one spelling that files are kept under: parts divided by `/`, accents composed.

    Raises:
        BadName: it leads elsewhere, or some system would take it for something else.
    """
    if problem := name_problem(text):
        raise BadName(problem)
    return unicodedata.normalize("NFC", text)


def checked_folder(text: str) -> str:
    """As `checked_name`, of a folder; empty for the account's own."""
    return checked_name(text.strip("/")) if text.strip("/") else ""


def name_problem(text: str) -> str | None:
    """The sentence that says what is wrong with `text` as a file's name; None where nothing is."""
    name = unicodedata.normalize("NFC", text)
    if not name:
        return "Give the file a name, such as exports/contacts.csv."
    if len(name.encode("utf-8", "surrogatepass")) > MAX_NAME:
        return f"The name is longer than {MAX_NAME} bytes."
    parts = name.split("/")
    if len(parts) > MAX_PARTS:
        return f"The name has more than {MAX_PARTS} parts."
    return next((problem for part in parts if (problem := _part_problem(part))), None)


def _part_problem(part: str) -> str | None:
    shown = part if len(part) <= 40 else f"{part[:40]}…"
    if part in (".", ".."):
        return "The name holds . or .. as a part; a file lies below the account's own folder."
    if not part:
        return "The name begins or ends with /, or holds //; write it as exports/contacts.csv."
    if found := _FORBIDDEN.search(part):
        return f"The name holds {found[0]!r}; use letters, digits, spaces, hyphens and dots."
    if any(unicodedata.category(character) in _UNSEEN for character in part):
        return "The name holds a character that is not seen; remove it."
    if part != part.strip() or part[0] == "." or part[-1] == ".":
        return f"The part {shown!r} begins or ends with a dot or a space."
    if _DEVICES.fullmatch(part):
        return f"The part {shown!r} is a device's name on some systems."
    if len(part.encode("utf-8")) > MAX_PART:
        return f"The part {shown!r} is longer than {MAX_PART} bytes."
    return None
