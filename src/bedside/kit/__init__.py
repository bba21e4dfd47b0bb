"""Pure libraries: no Django, no product."""
