"""Intake: how patients come in from files; see README.md in this folder."""
