"""Small payloads written after each vendor's documentation, in `fixtures/<vendor>/`."""

from pathlib import Path

FOLDER = Path(__file__).parent / "fixtures"


def written(name: str) -> bytes:
    """The bytes of one, such as `typeform/form_response.json`."""
    return (FOLDER / name).read_bytes()
