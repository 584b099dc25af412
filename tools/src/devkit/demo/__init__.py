"""A trading day, played through the running platform as each role would, and whether everything adds up at its end."""
