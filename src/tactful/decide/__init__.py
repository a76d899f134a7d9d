"""Turn firings into ranked decisions, now and for every moment to come."""
