"""The API for other systems: they send records, and ask what became of them. See docs/reference/api.md."""
