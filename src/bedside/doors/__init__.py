"""Ways in: they hold forms and pages, and no rules."""
