"""How work is held and done: leases, lanes, the drain that runs them, and the supervisor that keeps drains alive."""
