"""Columns of values as PostgreSQL array texts, for `INSERT ... SELECT FROM unnest(%s::uuid[], ...)`.

For batches of a thousand rows this takes a third of the time of a model instance and a placeholder for each value.
(COPY, faster still, is refused by PostgreSQL on tables under row-level security.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID


def uuids(values: Iterable[UUID]) -> str:
    """For a parameter cast to `uuid[]`."""
    return f"{{{','.join(map(str, values))}}}"


def numbers(values: Iterable[int]) -> str:
    """For a parameter cast to `int[]` or `bigint[]`."""
    return f"{{{','.join(map(str, values))}}}"


def byte_strings(values: Iterable[bytes | None]) -> str:
    r"""For a parameter cast to `bytea[]`.

    >>> byte_strings([b"a", None])
    '{"\\\\x61",NULL}'
    """
    return f"{{{','.join('NULL' if value is None else _hex(value) for value in values)}}}"


def _hex(value: bytes) -> str:
    return f'"\\\\x{value.hex()}"'
