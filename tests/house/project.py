"""The project's own files, as the tests of this folder look at them."""

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

#: What tools and running installations leave in the folder.
_NOT_OURS = {".git", ".venv", "var", "node_modules", "staticfiles", "test-results"}


def own_files(*suffixes: str) -> Iterator[Path]:
    """Every file written by people with one of these suffixes (all, if none is given), relative to the root."""
    for top in sorted(ROOT.iterdir()):
        if top.name in _NOT_OURS or top.name.endswith("_cache") or top.name == ".hypothesis":
            continue
        for path in [top] if top.is_file() else sorted(top.rglob("*")):
            generated = {"__pycache__", "vendor"} & set(path.parts)
            if path.is_file() and not generated and (not suffixes or path.suffix in suffixes):
                yield path.relative_to(ROOT)


def own_code() -> list[Path]:
    """Python written by hand: no migrations, no empty files that only mark a package."""
    return [path for path in own_files(".py") if "migrations" not in path.parts and (ROOT / path).stat().st_size]


def line_count(path: Path) -> int:
    return len((ROOT / path).read_text().splitlines())
