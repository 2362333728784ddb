"""A workflow's settings as a form has them: each under a name of its own, and back without touching the rest."""
