"""Privacy as structure (`design.md` §8): masking by role, encrypted columns with blind indexes, and the
register of every table that holds personal data, by which a person's data are exported and erased.
"""
