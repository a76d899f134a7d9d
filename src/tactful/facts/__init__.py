"""The facts: one candidate's situation at one moment.

``shape`` says how a case is written, ``catalogue`` which fields there are and of what kind, ``rows`` how a case is held
once read, ``read`` how one becomes the other.
"""
