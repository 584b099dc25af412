"""One module per command (or group of them); each has ``register(app)``."""
