"""Seeded faults against a whole stack under load, and the proof that nothing was lost, doubled or left standing."""
