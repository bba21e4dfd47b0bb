"""Bedside: healthcare email that was allowed, encrypted and sent once, and can show it."""

__version__ = "0.1.0"
