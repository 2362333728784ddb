"""What is done to a draft on the editor's pages: pure functions from one `workflow_data` to the next."""
