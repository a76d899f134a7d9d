"""The JSON of answers, as records."""
