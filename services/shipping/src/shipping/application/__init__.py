"""What shipping does: one use case per module."""
