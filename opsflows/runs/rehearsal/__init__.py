"""A run led through a definition where every step has a stand-in: what would happen, and nothing does."""
