"""How the tags of workflows are spelled: as those of records."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError

LONGEST = 100
MOST = 20


def clean_tags(names: Iterable[str]) -> list[str]:
    """`names` in small letters with single spaces, each once, in order of the alphabet.

    Raises:
        ValidationError: by field tags: one is too long, or there are too many.
    """
    cleaned = {" ".join(name.replace("\x00", " ").split()).lower() for name in names} - {""}
    if long := next((name for name in sorted(cleaned) if len(name) > LONGEST), None):
        raise ValidationError({"tags": f"A tag has at most {LONGEST} characters: “{long[:40]}…” has more."})
    if len(cleaned) > MOST:
        raise ValidationError({"tags": f"At most {MOST} tags are possible on one workflow; these are {len(cleaned)}."})
    return sorted(cleaned)
