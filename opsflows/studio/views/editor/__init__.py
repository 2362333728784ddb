"""The pages on which a workflow is built and changed."""
