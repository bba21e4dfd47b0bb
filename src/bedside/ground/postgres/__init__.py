"""Embedded PostgreSQL: our own small supervisor, and the choice between it and an external server."""

from bedside.ground.postgres.starting import ensure_running, is_running, stop
from bedside.ground.postgres.target import DatabaseTarget, Login, check_roles, database_for

__all__ = ["DatabaseTarget", "Login", "check_roles", "database_for", "ensure_running", "is_running", "stop"]
