"""The engine: claim, load, walk, flush, dispatch. See README.md beside this package."""
