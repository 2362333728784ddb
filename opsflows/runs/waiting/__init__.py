"""Everything in which a run waits for, or is ended by, something that happens: events, exits, runs that it started."""
