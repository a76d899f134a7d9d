"""The rule language: packs as they are written (``syntax``), and as engines read them (``ir``)."""
