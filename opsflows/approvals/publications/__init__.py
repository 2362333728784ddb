"""Four eyes for workflows: what is to be published is a request like any other."""
