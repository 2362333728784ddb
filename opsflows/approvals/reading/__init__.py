"""A request as people see it, and what each person finds."""
