"""Everything that is generated from the contracts, and the gate that keeps their promise to readers."""
