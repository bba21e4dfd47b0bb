"""What somebody puts into the tables past Bedside neither stops the ledger nor goes unseen.

Rows are written as the product's own database role may write them, or changed as the owner of the tables may.
"""

from __future__ import annotations

import pytest
import zstandard
from django.db import connection

from bedside.ground.identity import new_id
from bedside.ground.scope import in_scope
from bedside.safeguards.audit.actions import record, seal
from bedside.safeguards.audit.models import Entry
from bedside.safeguards.audit.queries import entries, export_lines, standing
from bedside.safeguards.audit.rules import Deed, declare
from bedside.safeguards.audit.verifying import verify
from bedside.safeguards.practices.entries import PROFILE_CHANGED

PEERED = declare("sample.peered", "Peered at them.", Deed.READ)
_INSERT = """
    INSERT INTO audit_entry (practice_id, at, kind, actor_kind, actor_id, purpose, subject, count, body)
    VALUES (%s, %s, 'practice.profile_changed', 'staff', 'somebody', 'operations', '', %s, %s) RETURNING id
"""


def write(scope, at, count=1):
    for _ in range(count):
        record(scope, PROFILE_CHANGED, at=at, subject=new_id())


def smuggle(scope, at, *, count, body):
    """A row that no action of the product writes, with the product's own rights; gives its id."""
    with in_scope(scope), connection.cursor() as cursor:
        cursor.execute(_INSERT, [scope.practice_id, at, count, body])
        return cursor.fetchone()[0]


def packed(*bodies):
    return zstandard.ZstdCompressor().compress(b"\n".join(bodies))


STRANGE = {
    "nothing": (1, b""),
    "no-json": (1, b"hello"),
    "two-lines": (1, b'{"kind":"a"}\n5 AAAA {"kind":"b"}'),
    "not-text": (1, b"\xff\xfe"),
    "no-fields": (1, b"{}"),
    "other-type": (1, b'{"about":"x","subject":5}'),
    "nested": (1, b'{"about":' + b"[" * 4000),
    "not-packed": (5, b"hello"),
    "fewer-than-told": (5, packed(b"{}", b"{}")),
    "number-too-large": (2, packed(*[b'{"about":"","subject":"' + b"f" * 36 + b'"}'] * 2)),
    "subject-of-no-type": (2, packed(b'{"subject":null}', b'{"subject":{}}')),
}


@pytest.mark.parametrize("name", STRANGE)
def test_a_row_that_bedside_never_wrote_stops_nothing_and_is_named(committed, at, name):
    count, body = STRANGE[name]
    write(committed.scope, at, 3)
    foreign = smuggle(committed.scope, at, count=count, body=body)
    write(committed.scope, at, 3)
    assert seal(committed.scope, at=at) is not None
    write(committed.scope, at, 3)
    assert seal(committed.scope, at=at) is not None
    with in_scope(committed.scope):
        total = Entry.objects.count()
    assert standing(committed.scope, at=at).size == total - 1
    found = verify(committed.scope, at=at)
    assert (found.sound, found.finding, found.entry_id) == (False, "entry_foreign", foreign)
    assert list(export_lines(committed.scope))
    assert entries(committed.scope, before_id=None, kind="", actor_id="", subject="", limit=100)


@pytest.mark.parametrize("body", [b"\xff\xfe", b"{}", b"", b"[1]", b'{"about":5'])
def test_an_entry_changed_into_nonsense_is_found_and_still_exported(committed, at, body):
    write(committed.scope, at, 5)
    seal(committed.scope, at=at)
    with in_scope(committed.scope):
        victim = list(Entry.objects.order_by("id").values_list("id", flat=True))[2]
    committed.tamper("UPDATE audit_entry SET body = %s WHERE id = %s", (body, victim))
    found = verify(committed.scope, at=at)
    assert (found.sound, found.entry_id) == (False, victim)
    assert sum(1 for _ in export_lines(committed.scope))
    assert entries(committed.scope, before_id=None, kind="", actor_id="", subject="", limit=100)
