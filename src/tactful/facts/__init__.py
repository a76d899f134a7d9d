"""The facts: one candidate's situation at one moment.

``shape`` defines how a case is written, ``fields`` lists the fields and their kinds, and ``rows`` holds a case in
memory. ``reading`` turns JSON in that shape into rows.
"""
