"""Workflows as documents: to be read, kept in git, carried to another account, and brought back."""
