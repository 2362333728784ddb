"""Try a workflow step by step: with what an event carried, or a sample; nothing is written or sent."""
