"""How long rows are kept. Each kind says in a file of its own what is old, what is spared, and what goes with it.

Spared is what the engine would read if an unfinished run went on (the run, its steps and values, its event with what it
carried), what explains an open task (the run that asked for it, and its event), and what still has to be handed over.
Workflows and their versions, records, tasks, history, audit entries and the figures that are added up by the hour are
never deleted.
"""
