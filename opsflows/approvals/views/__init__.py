"""The inbox: what waits for a person, what became of what they asked, and how they decide."""
