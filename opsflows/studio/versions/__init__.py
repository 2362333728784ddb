"""Versions of a workflow: what each says differently, when it listened, and what would go live next."""
