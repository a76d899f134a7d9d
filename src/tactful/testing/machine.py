"""x"""


def candidate_weeks(): ...
