"""The links in mails: their tokens, what each of them leads to, and how often they may be opened."""
