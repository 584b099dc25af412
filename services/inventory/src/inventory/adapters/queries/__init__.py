"""The read side: straight SQL, no aggregate loaded. Every list goes on after the key of its last row."""
