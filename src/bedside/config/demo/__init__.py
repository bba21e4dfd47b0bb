"""The demo: Maple Street Family Practice, invented from end to end, run through the real product."""
