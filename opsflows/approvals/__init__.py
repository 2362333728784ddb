"""Approvals: what people are asked to decide, who is asked, what they said, and what follows from it."""
