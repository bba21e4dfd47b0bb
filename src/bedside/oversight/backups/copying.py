"""Rows out of the database and into it again, table by table and practice by practice, in PostgreSQL's own text form.

`pg_dump` is not used: row-level security is forced on the tables' owner as well, so only a superuser could dump
them, and it refuses servers newer than itself. Reading practice by practice needs no more rights than the running
product has.

The form: for each table and practice one line of JSON (`table`, `practice`, `columns`), then blocks, each with its
length in 4 bytes before it, then an empty block; at the end a line of JSON with the number of rows by table. All of
it compressed by zstd.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, Protocol, Self, cast

import zstandard
from psycopg import sql

from bedside.oversight.backups.rules import Progress, Step
from bedside.oversight.backups.stream import BadStream

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from psycopg import Connection

_LENGTH_BYTES = 4
_BLOCK_BYTES_MAX = 1 << 30
_HEADER_BYTES_MAX = 1 << 20
_LEVEL = 3
_ROW_END = b"\n"  # inside a value it is escaped, so each one ends a row
_TABLES = """
    SELECT c.relname, c.relrowsecurity,
           (SELECT array_agg(a.attname::text ORDER BY a.attnum) FROM pg_attribute a
            WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '')
    FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' ORDER BY c.relname
"""


class Sink(Protocol):
    def write(self, content: bytes, /) -> object: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """`by_practice`: its rows are seen one practice at a time."""

    name: str
    by_practice: bool
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """The rows of one table, of one practice if it is under row security. To be read before the next section."""

    table: str
    practice: str | None
    columns: tuple[str, ...]
    blocks: Iterator[bytes]


def tables_of(connection: Connection[Any]) -> list[Table]:
    return [
        Table(name=name, by_practice=by_practice, columns=tuple(columns))
        for name, by_practice, columns in connection.execute(_TABLES).fetchall()
    ]


def practices_of(connection: Connection[Any]) -> list[str]:
    rows = connection.execute("SELECT id::text FROM practices_practice ORDER BY id").fetchall()
    return [str(row[0]) for row in rows]


def copy_out(
    connection: Connection[Any], tables: Iterable[Table], *, target: Sink, progress: Progress
) -> dict[str, int]:
    """Writes all rows of these tables as one transaction sees them. Gives the number of rows by table.

    The caller has begun a transaction of isolation REPEATABLE READ on the connection.
    """
    connection.execute("SET LOCAL TIME ZONE 'UTC'")
    rows: Counter[str] = Counter()
    practices = practices_of(connection)
    with zstandard.ZstdCompressor(level=_LEVEL).stream_writer(
        cast("IO[bytes]", _Kept(target)), closefd=False
    ) as packed:
        for table in tables:
            progress(Step(stage=table.name))
            rows[table.name] = 0
            for practice in practices if table.by_practice else [None]:
                rows[table.name] += _copy_section(connection, table, practice, packed)
            progress(Step(stage=table.name, rows=rows[table.name]))
        packed.write(json.dumps({"end": dict(rows)}).encode() + b"\n")
    return dict(rows)


def _copy_section(connection: Connection[Any], table: Table, practice: str | None, packed: Sink) -> int:
    head = {"table": table.name, "practice": practice, "columns": table.columns}
    packed.write(json.dumps(head).encode() + b"\n")
    if practice is not None:
        enter(connection, practice)
    columns = sql.SQL(", ").join(map(sql.Identifier, table.columns))
    query = sql.SQL("COPY {} ({}) TO STDOUT").format(sql.Identifier(table.name), columns)
    rows = 0
    with connection.cursor() as cursor, cursor.copy(query) as copy:
        for block in copy:
            content = bytes(block)
            rows += rows_in(content)
            packed.write(len(content).to_bytes(_LENGTH_BYTES, "big") + content)
    packed.write(bytes(_LENGTH_BYTES))
    return rows


def enter(connection: Connection[Any], practice: str) -> None:
    """Names the practice to row-level security, for the transaction."""
    connection.execute("SELECT set_config('bedside.practice', %s, true)", [practice])


def sections(chunks: Iterator[bytes]) -> Iterator[Section | dict[str, int]]:
    """The sections in order, and at the very end the number of rows by table as they were counted on the way out.

    Raises BadStream for what `copy_out` never wrote, also when blocks of the last section were left unread.
    """
    source = _Unpacked(chunks)
    while True:
        head = _header(source)
        if "end" in head:
            source.expect_end()
            yield dict(head["end"])
            return
        blocks = _blocks(source)
        yield Section(
            table=head["table"], practice=head["practice"], columns=tuple(head["columns"]), blocks=blocks
        )
        for _left_unread in blocks:
            pass


def copy_in(connection: Connection[Any], section: Section) -> None:
    """Adds the section's rows."""
    columns = sql.SQL(", ").join(map(sql.Identifier, section.columns))
    query = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(section.table), columns)
    with connection.cursor() as cursor, cursor.copy(query) as copy:
        for block in section.blocks:
            copy.write(block)


def values_of(section: Section, column: str) -> Iterator[bytes]:
    """One column as PostgreSQL's text form has it, row by row; for columns that need no escaping, such as ids."""
    return (one for one, _ in pairs_of(section, column, column))


def pairs_of(section: Section, one: str, other: str) -> Iterator[tuple[bytes, bytes]]:
    """Two columns, as `values_of`. Times are in UTC and sort as text."""
    first, second = section.columns.index(one), section.columns.index(other)
    rest = b""
    for block in section.blocks:
        *lines, rest = (rest + block).split(b"\n")
        for line in lines:
            cells = line.split(b"\t")
            yield cells[first], cells[second]


def count_rows(section: Section) -> int:
    return sum(rows_in(block) for block in section.blocks)


def rows_in(block: bytes) -> int:
    return block.count(_ROW_END)


def _header(source: _Unpacked) -> dict[str, Any]:
    try:
        head = json.loads(source.line())
    except ValueError as error:
        raise BadStream("not a backup's content") from error
    if not isinstance(head, dict):
        raise BadStream("not a backup's content")
    return head


def _blocks(source: _Unpacked) -> Iterator[bytes]:
    while length := int.from_bytes(source.exactly(_LENGTH_BYTES), "big"):
        if length > _BLOCK_BYTES_MAX:
            raise BadStream("a block of an impossible length")
        yield source.exactly(length)


class _Kept:
    """The compressor closes and flushes what it writes into; the sealed stream is ended by its owner."""

    def __init__(self, target: Sink) -> None:
        self._target = target

    def write(self, content: bytes) -> int:
        self._target.write(content)
        return len(content)

    def flush(self) -> None:
        """Nothing to flush: chunks leave when they are full."""


class _Unpacked:
    """Reads lines and lengths from compressed chunks."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._unpacker = zstandard.ZstdDecompressor().decompressobj()
        self._waiting = bytearray()

    def exactly(self, count: int) -> bytes:
        while len(self._waiting) < count:
            self._more()
        found = bytes(self._waiting[:count])
        del self._waiting[:count]
        return found

    def line(self) -> bytes:
        while (end := self._waiting.find(b"\n")) < 0:
            if len(self._waiting) > _HEADER_BYTES_MAX:
                raise BadStream("not a backup's content")
            self._more()
        return self.exactly(end + 1)

    def expect_end(self) -> None:
        """Reads to the very end, so that the sealed stream is known to be whole."""
        for chunk in self._chunks:
            self._waiting += self._unpacker.decompress(chunk) if chunk else b""
        if self._waiting:
            raise BadStream("something follows the end")

    def _more(self) -> Self:
        chunk = next(self._chunks, None)
        if chunk is None:
            raise BadStream("cut off")
        try:
            self._waiting += self._unpacker.decompress(chunk)
        except zstandard.ZstdError as error:
            raise BadStream("not a backup's content") from error
        return self
