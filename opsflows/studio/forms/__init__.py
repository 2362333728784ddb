"""The forms in which staff write steps and conditions, built out of each kind's one config schema."""
