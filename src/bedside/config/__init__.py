"""Settings, addresses and entry points: knows everything, and nothing knows it."""
