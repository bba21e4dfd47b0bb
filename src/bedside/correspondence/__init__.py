"""Doing: campaigns run, delivery hands over."""
