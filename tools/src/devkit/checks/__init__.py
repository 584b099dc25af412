"""What `./dev test` runs, and how long it may take."""
