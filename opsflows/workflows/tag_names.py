"""How the tags of workflows are spelled: as those of records, and so that a line of them can be read back."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError

LONGEST = 100
MOST = 20


def clean_tag(name: str) -> str:
    """In small letters, with single spaces and none around it; empty where nothing is left."""
    return " ".join(name.replace("\x00", " ").split()).lower()


def clean_tags(names: Iterable[str]) -> list[str]:
    """`names` in small letters with single spaces, each once, in order of the alphabet.

    Raises:
        ValidationError: by field tags: one is too long or holds a comma, or there are too many.
    """
    cleaned = {clean_tag(name) for name in names} - {""}
    if parted := next((name for name in sorted(cleaned) if "," in name), None):
        message = f"A comma stands between two tags, so none can be in one: write “{parted[:40]}” without it."
        raise ValidationError({"tags": message})
    if long := next((name for name in sorted(cleaned) if len(name) > LONGEST), None):
        raise ValidationError({"tags": f"A tag has at most {LONGEST} characters: “{long[:40]}…” has more."})
    if len(cleaned) > MOST:
        raise ValidationError({"tags": f"At most {MOST} tags are possible on one workflow; these are {len(cleaned)}."})
    return sorted(cleaned)
