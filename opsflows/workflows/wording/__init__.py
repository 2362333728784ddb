"""Definitions in words: conditions, steps, whole workflows, and what is different between two of them."""
