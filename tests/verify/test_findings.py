"""What the verifier says, in its own words: which entry, and which check."""

import io
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from bedside.kit import ledger
from bedside_verify import Unusable, read_key, verify_ledger
from tests.verify import golden
from tests.verify.checking import check, codes, sentences

LOG = golden.log()
RAW = LOG.export()
NEWEST = LOG.newest()


def lines() -> list[bytes]:
    return RAW.splitlines(keepends=True)


def test_changed_entry():
    changed = RAW.replace(b'"fields":18}', b'"fields":19}', 1)
    assert sentences(check(changed, anchors=(NEWEST,))) == [
        "Entry 18 was changed after it was recorded: its text does not match its hash."
    ]
    assert check(changed, anchors=(NEWEST,)).findings[0].entry == 18


def test_entry_changed_together_with_its_hash():
    body = LOG.bodies[18].replace(b'"fields":18}', b'"fields":19}')
    bodies = (*LOG.bodies[:18], body, *LOG.bodies[19:])
    leaves = (*LOG.leaves[:18], ledger.leaf_hash(body), *LOG.leaves[19:])
    assert sentences(check(replace(LOG, bodies=bodies, leaves=leaves).export(), anchors=(NEWEST,))) == [
        (
            "The first 21 entries are not those that a signed checkpoint (2026-11-20 15:03:00 UTC) vouches for: "
            "something between entry 8 and entry 20 was changed, added or taken away after it was sealed."
        )
    ]


def test_entry_of_which_only_the_hash_is_left():
    bodies = (*LOG.bodies[:18], b"", *LOG.bodies[19:])
    report = check(replace(LOG, bodies=bodies).export(), anchors=(NEWEST,))
    assert sentences(report) == ["Entry 18 is gone: only its hash is left."]


def test_missing_entries():
    left = [line for line in lines() if not line.startswith(b"19 ")]
    assert sentences(check(b"".join(left), anchors=(NEWEST,))) == ["Entry 19 is missing."]
    left = [line for line in lines() if not re.match(rb"(19|2[0-9]) ", line)]
    assert sentences(check(b"".join(left), anchors=(NEWEST,))) == ["Entries 19 to 29 are missing."]


def test_swapped_entries():
    swapped = lines()
    swapped[18], swapped[19] = swapped[19], swapped[18]
    assert sentences(check(b"".join(swapped), anchors=(NEWEST,))) == [
        "Entry 17 is missing.",
        "Entry 17 stands out of order or a second time, after entry 18.",
    ]


def test_entry_replayed():
    replayed = lines()
    replayed.insert(200, replayed[18])
    assert sentences(check(b"".join(replayed), anchors=(NEWEST,))) == [
        "Entry 17 stands out of order or a second time, after entry 198."
    ]


def test_log_that_ends_before_the_outside_checkpoint():
    earlier = replace(LOG, bodies=LOG.bodies[:21], leaves=LOG.leaves[:21], checkpoints=LOG.checkpoints[:5])
    assert check(earlier.export()).sound  # nothing in the file tells; hence the checkpoint outside
    assert sentences(check(earlier.export(), anchors=(NEWEST,))) == [
        "The log ends after 21 entries, but a checkpoint kept outside vouches for 300."
    ]


def test_file_that_was_cut_off():
    cut = b"".join(lines()[:100])
    assert sentences(check(cut, anchors=(NEWEST,))) == [
        "The export is cut off: it has no part with checkpoints.",
        "Entries 99 to 299 are missing: the log ends after 99 entries, but its own header says 300.",
        "The log ends after 99 entries, but a checkpoint kept outside vouches for 300.",
    ]
    assert codes(check(RAW[:-1], anchors=(NEWEST,))) == {"cut-off"}


def test_checkpoint_dropped_repeated_or_moved():
    place = RAW.count(b"\n") - 3
    dropped, repeated, moved = lines(), lines(), lines()
    del dropped[place]
    repeated.insert(place, repeated[place])
    moved[place], moved[place - 1] = moved[place - 1], moved[place]
    assert codes(check(b"".join(dropped), anchors=(NEWEST,))) >= {"checkpoint-count"}
    assert codes(check(b"".join(repeated), anchors=(NEWEST,))) >= {"checkpoint-order"}
    assert codes(check(b"".join(moved), anchors=(NEWEST,))) >= {"checkpoint-order"}


def test_history_rewritten_with_the_stolen_key():
    body = LOG.bodies[18].replace(b'"fields":18}', b'"fields":19}')
    bodies = (*LOG.bodies[:18], body, *LOG.bodies[19:])
    forged = golden.sealed(bodies, sizes=golden.SIZES, by_first=4)
    assert check(forged.export()).sound  # nothing in the file tells; hence the checkpoint outside
    assert sentences(check(forged.export(), anchors=(NEWEST,))) == [
        (
            "The first 300 entries are not those that a checkpoint kept outside (2026-11-20 15:05:00 UTC) vouches for: "
            "something between entry 0 and entry 299 was changed, added or taken away after it was sealed."
        )
    ]


def test_key_that_the_log_never_introduced():
    report = check(RAW, key=golden.FORGER, anchors=(NEWEST,))
    assert codes(report) == {"key-not-introduced", "anchor-not-signed"}
    assert golden.FIRST.name in sentences(report)[0]


def test_key_that_was_introduced_too_late_to_be_vouched_for():
    # The entry that introduces the second key lies after the last checkpoint of the first one.
    bodies = [golden.body(index) for index in range(30)]
    bodies[25] = golden.introduction(25, golden.SECOND)
    report = check(golden.sealed(tuple(bodies), sizes=(10, 20, 30), by_first=2).export())
    assert codes(report) == {"key-not-introduced"}
    bodies[25], bodies[15] = golden.body(25), bodies[25]
    assert check(golden.sealed(tuple(bodies), sizes=(10, 20, 30), by_first=2).export()).sound


def test_third_key_needs_the_second():
    bodies = list(golden.bodies(30))
    bodies[15] = golden.introduction(15, golden.FORGER)
    leaves = tuple(ledger.leaf_hash(each) for each in bodies)
    by = [golden.FIRST, golden.SECOND, golden.FORGER]
    rows = [
        golden.checkpoint(leaves, size, at=golden.START + timedelta(minutes=size), by=key)
        for size, key in zip((10, 20, 30), by, strict=True)
    ]
    made = golden.Log(bodies=tuple(bodies), leaves=leaves, checkpoints=tuple(rows))
    assert check(made.export()).sound
    skipping = replace(made, checkpoints=(rows[0], rows[2]))
    assert codes(check(skipping.export())) == {"key-not-introduced"}


def test_retired_key_signs_nothing_more():
    rows = [*LOG.checkpoints]
    rows[5] = golden.checkpoint(LOG.leaves, 300, at=golden.START + timedelta(hours=1), by=golden.FIRST)
    assert codes(check(replace(LOG, checkpoints=tuple(rows)).export())) == {"retired-key"}


def test_newest_key_alone_is_enough_when_the_log_introduces_the_first():
    bodies = list(golden.bodies(30))
    bodies[0] = golden.introduction(0, golden.FIRST)
    made = golden.sealed(tuple(bodies), sizes=(10, 20, 30), by_first=2)
    assert check(made.export(), key=golden.SECOND).sound
    assert check(made.export(), key=golden.FIRST).sound


def test_key_may_be_given_as_its_fingerprint_only():
    trusted = [read_key(f"SHA256:{read_key(golden.public_text(golden.FIRST)).sha256.hex()}")]
    assert verify_ledger(lambda: io.BytesIO(RAW), trusted=trusted, anchors=[]).sound


def test_changed_checkpoint():
    front, note, back = RAW.rpartition(b"at 2026-11-20T15:05:00")
    assert note
    report = check(front + b"at 2026-11-21T15:05:00" + back)
    assert sentences(report) == [
        (
            "The checkpoint of 300 entries (2026-11-21 15:05:00 UTC) was changed after it was signed, or never signed: "
            "the signature of the key “bedside.example/riverside/2” does not fit."
        )
    ]


def test_checkpoint_of_another_log():
    other = LOG.checkpoints[-1].note.replace("riverside\n", "hillside\n", 1)
    rows = (*LOG.checkpoints[:-1], replace(LOG.checkpoints[-1], note=other))
    assert "other-log" in codes(check(replace(LOG, checkpoints=rows).export()))
    assert codes(check(RAW, anchors=(other.encode(),))) >= {"other-log"}


def test_entry_of_another_practice():
    foreign = LOG.bodies[18].replace(golden.PRACTICE.encode(), golden.STRANGER.encode())
    bodies = (*LOG.bodies[:18], foreign, *LOG.bodies[19:])
    made = golden.sealed(bodies, sizes=golden.SIZES, by_first=4)
    assert sentences(check(made.export())) == ["Entry 18 belongs to another practice."]


def test_entry_that_can_be_read_in_two_ways():
    twice = LOG.bodies[18].replace(b'{"actor":', b'{"actor":"nobody","actor":', 1)
    bodies = (*LOG.bodies[:18], twice, *LOG.bodies[19:])
    made = golden.sealed(bodies, sizes=golden.SIZES, by_first=4)
    assert sentences(check(made.export())) == [
        "Entry 18 cannot be read: it is not written in the one canonical way."
    ]


def test_time_that_runs_backwards_is_a_warning():
    rows = [*LOG.checkpoints]
    rows[2] = golden.checkpoint(LOG.leaves, 8, at=golden.START - timedelta(days=1), by=golden.FIRST)
    report = check(replace(LOG, checkpoints=tuple(rows)).export(), anchors=(NEWEST,))
    assert report.sound
    assert len(report.warnings) == 1
    assert report.warnings[0].startswith("Time runs backwards: the checkpoint of 8 entries says 2026-11-19")


def test_entry_that_says_it_is_older_than_a_checkpoint_without_it_is_a_warning():
    old = LOG.bodies[18].replace(b'"at":"2026-11-20', b'"at":"2025-10-17', 1)
    assert old != LOG.bodies[18]
    bodies = (*LOG.bodies[:18], old, *LOG.bodies[19:])
    made = golden.sealed(bodies, sizes=golden.SIZES, by_first=4)
    report = check(made.export(), anchors=(made.newest(),))
    assert report.sound
    assert len(report.warnings) == 1
    assert report.warnings[0].startswith(
        "Entry 18 says it happened on “2025-10-17”, days before a checkpoint"
    )


def test_without_an_outside_checkpoint_the_report_says_what_that_costs():
    assert "No checkpoint from outside" in check(RAW).warnings[0]


def test_witness_may_sign_too():
    note = ledger.add_signature(LOG.checkpoints[-1].note, key=golden.FORGER.key, name="witness.example")
    rows = (*LOG.checkpoints[:-1], replace(LOG.checkpoints[-1], note=note))
    assert check(replace(LOG, checkpoints=rows).export(), anchors=(note.encode(), NEWEST)).sound


def test_hidden_part_between_two_markers():
    hidden = RAW.replace(b"checkpoints\n", b"checkpoints\nanything at all\ncheckpoints\n")
    assert codes(check(hidden)) == {"two-parts"}


def test_log_without_entries():
    empty = golden.Log(
        bodies=(), leaves=(), checkpoints=(golden.checkpoint((), 0, at=golden.START, by=golden.FIRST),)
    )
    assert check(empty.export()).sound
    assert codes(check(replace(empty, checkpoints=()).export())) == {"no-checkpoint"}


def test_endless_findings_are_counted_and_not_kept():
    bodies = tuple(body.replace(b"staff-", b"staff+") for body in LOG.bodies)
    report = check(replace(LOG, bodies=bodies).export())
    assert report.findings_total == 300
    assert len(report.findings) == 50


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"first":0', b'"first":1'),
        (b'"first":0', b'"first":false'),
        (b'"size":300', b'"size":-300'),
        (b'"size":300', b'"size":true'),
        (b'"size":300', b'"size":3e2'),
        (b"bedside-ledger-1", b"bedside-ledger-2"),
        (b'"from_size":1,', b'"from_size":"1",'),
        (b'"origin":', b'"other":'),
        (b'{"first"', b'{ "first"'),
    ],
)
def test_header_that_is_none(old, new):
    assert old in RAW
    with pytest.raises(Unusable, match="This is no ledger export"):
        check(RAW.replace(old, new, 1))
