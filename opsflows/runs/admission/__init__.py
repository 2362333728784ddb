"""Which runs may begin, and when: at most so many an hour, at most so many at once. Workflows without such a setting
never come here.
"""
