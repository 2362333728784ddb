"""What was done, as people say it."""


def action_in_words(action: str) -> str:
    """`workflow.published` as `Workflow published`."""
    text = " ".join(action.replace(".", " ").replace("_", " ").split())
    return (text[:1].upper() + text[1:]).replace("Api ", "API ")
