"""Plumbing without domain: clock, ids, scope, settings, jobs, errors, logs, embedded PostgreSQL."""
