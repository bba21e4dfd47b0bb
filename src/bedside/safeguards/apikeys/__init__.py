"""Keys with which other systems sign in to the API."""
