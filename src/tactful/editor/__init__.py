"""What editors of rule files ask for: mistakes while typing, words that fit, what a name means, where it is defined."""
