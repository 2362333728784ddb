"""A picture of a flow, drawn on the server from its graph alone."""
