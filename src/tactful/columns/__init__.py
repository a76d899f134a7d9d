"""The same way for a million cases: tables, arrays, firings, ranked tables."""
