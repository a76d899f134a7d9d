"""The frozen policy, written by hand for each peer engine; see ``benchmarks/peers.py``."""
