"""The rules: as they are written (``written``), and as engines read them (``checked``, the intermediate representation)."""
