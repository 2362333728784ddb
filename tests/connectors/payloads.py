"""Real payloads of the vendors, which lie beside the repository and not in it."""

from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "payloads"


def payload(name: str) -> bytes:
    """The bytes of a payload such as `stripe/charge.succeeded__card_capture.json`; skips the test without them."""
    file = FOLDER / name
    if not file.is_file():
        pytest.skip(f"real payload {name} is not there: {FOLDER} is kept apart from the repository")
    return file.read_bytes()
