"""Proofs about packs: what holds of every case, and not only of the cases that were drawn. Needs z3 (the extra ``prove``)."""
