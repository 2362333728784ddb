"""Runs that are over, taken up once more: from the start (start_again.py), from where they failed (take_up.py), many at
a time (retry_many.py)."""
