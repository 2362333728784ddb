"""Values that are kept between runs: what a run wants of them (pending.py), what becomes of that (keep.py)."""
