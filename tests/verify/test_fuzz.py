"""Ten thousand attacks on a ledger, and on the rows it is exported from; the verifier must find every one.

The attacker can write everything that is stored and holds a key of their own; the auditor has the first public key
and the newest checkpoint, which lies outside.
"""

import random
import time
from dataclasses import replace
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from bedside.kit import ledger
from tests.verify import golden
from tests.verify.checking import check, codes, is_sound

ATTACKS = 10_000
SECONDS_MAX = 60  # of computing, which is the same on a busy machine
ENTRIES = golden.SMALL_SIZES[-1]
ANCHOR = golden.small_log().newest()


@cache
def export() -> bytes:
    return golden.small_log().export()


def test_untouched_ledger_is_sound():
    # Without this the fuzzer would pass with a verifier that says no to everything.
    assert is_sound(export(), anchor=ANCHOR)
    assert is_sound(bytes(bytearray(export())), anchor=ANCHOR)
    made = golden.small_log()
    assert is_sound(replace(made, bodies=tuple(made.bodies)).export(), anchor=ANCHOR)


def test_every_attack_on_the_file_is_found():
    find_all([*BYTE_ATTACKS, *LINE_ATTACKS], seed=1, count=ATTACKS)


def test_every_attack_on_the_rows_is_found():
    find_all([exported(attack) for attack in ROW_ATTACKS], seed=2, count=ATTACKS // 10)


def test_larger_ledger_is_no_different():
    raw, anchor = golden.log().export(), golden.log().newest()
    assert is_sound(raw, anchor=anchor)
    chance = random.Random(3)  # noqa: S311 - repeatable attacks
    for _ in range(150):
        attack = chance.choice([*BYTE_ATTACKS, *LINE_ATTACKS])
        changed = attack(raw, chance)
        assert changed == raw or not is_sound(changed, anchor=anchor), attack.__name__


@settings(max_examples=400, deadline=None)
@given(st.integers(0, 10_000_000), st.binary(max_size=40), st.integers(0, 400))
def test_any_splice_is_found(place, put, taken):
    raw = export()
    start = place % (len(raw) + 1)
    changed = raw[:start] + put + raw[start + taken :]
    assert is_sound(changed, anchor=ANCHOR) == (changed == raw)


@settings(max_examples=200, deadline=None)
@given(st.permutations(range(export().count(b"\n"))))
def test_any_other_order_of_lines_is_found(order):
    lines = export().splitlines(keepends=True)
    changed = b"".join(lines[place] for place in order)
    assert is_sound(changed, anchor=ANCHOR) == (changed == export())


def test_intermediate_checkpoint_taken_away_costs_only_its_time():
    # Known and documented: with the count put right, every entry is still vouched for by a later checkpoint.
    made = golden.small_log()
    fewer = replace(made, checkpoints=tuple(row for row in made.checkpoints if row.size != 5))
    assert is_sound(fewer.export(), anchor=ANCHOR)
    kept_outside = next(row.note.encode() for row in made.checkpoints if row.size == 5)
    report = check(fewer.export(), anchors=(ANCHOR, kept_outside))
    assert codes(report) == {"checkpoint-missing"}  # unless somebody outside holds the very one


def find_all(attacks, *, seed, count):
    chance, started, made = random.Random(seed), time.process_time(), 0  # noqa: S311 - repeatable attacks
    while made < count:
        attack = attacks[made % len(attacks)]
        changed = attack(export(), chance)
        if changed == export():
            continue  # two equal lines swapped, say: nothing was done
        assert not is_sound(changed, anchor=ANCHOR), f"{attack.__name__} went unnoticed"
        made += 1
    assert time.process_time() - started < SECONDS_MAX


# --- on the bytes of the file


def flip_a_bit(raw, chance):
    place = chance.randrange(len(raw))
    return raw[:place] + bytes([raw[place] ^ 1 << chance.randrange(8)]) + raw[place + 1 :]


def drop_bytes(raw, chance):
    place = chance.randrange(len(raw))
    return raw[:place] + raw[place + chance.choice([1, 1, 2, 50]) :]


def repeat_bytes(raw, chance):
    place, length = chance.randrange(len(raw)), chance.choice([1, 1, 2, 300])
    return raw[: place + length] + raw[place:]


def change_a_digit(raw, chance):
    places = [place for place, byte in enumerate(raw) if chr(byte).isdigit()]
    place = chance.choice(places)
    return raw[:place] + chance.choice(b"0123456789").to_bytes(1, "big") + raw[place + 1 :]


def cut_off_the_end(raw, chance):
    return raw[: chance.randrange(len(raw))]


def add_to_the_end(raw, chance):
    return raw + chance.choice([b"\n", b" ", b"end 4\n", chance.randbytes(9)])


BYTE_ATTACKS = [flip_a_bit, drop_bytes, repeat_bytes, change_a_digit, cut_off_the_end, add_to_the_end]


# --- on its lines: entries, checkpoints, the marker, the end


def drop_a_line(raw, chance):
    lines = raw.splitlines(keepends=True)
    lines.pop(chance.randrange(len(lines)))
    return b"".join(lines)


def drop_many_lines(raw, chance):
    lines = raw.splitlines(keepends=True)
    start = chance.randrange(len(lines))
    return b"".join(lines[:start] + lines[start + chance.randrange(2, 12) :])


def repeat_a_line(raw, chance):
    lines = raw.splitlines(keepends=True)
    place = chance.randrange(len(lines))
    return b"".join([*lines[: place + 1], lines[place], *lines[place + 1 :]])


def replay_a_line(raw, chance):
    lines = raw.splitlines(keepends=True)
    lines.insert(chance.randrange(len(lines) + 1), chance.choice(lines))
    return b"".join(lines)


def swap_lines(raw, chance):
    lines = raw.splitlines(keepends=True)
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return b"".join(lines)


def swap_places_of_entries(raw, chance):
    """Swaps texts and hashes, while the numbers in front stay in order."""
    lines = raw.splitlines(keepends=True)
    one, other = 1 + chance.randrange(ENTRIES), 1 + chance.randrange(ENTRIES)
    (first, one_rest), (second, other_rest) = lines[one].split(b" ", 1), lines[other].split(b" ", 1)
    lines[one], lines[other] = first + b" " + other_rest, second + b" " + one_rest
    return b"".join(lines)


def change_checkpoint_and_count(raw, chance):
    """Drops, repeats or swaps checkpoints and puts the number at the end right."""
    front, _, back = raw.partition(b"checkpoints\n")
    notes = back.splitlines(keepends=True)[:-1]
    notes = chance.choice([notes[:-1], [*notes, chance.choice(notes)], notes[::-1]])
    return front + b"checkpoints\n" + b"".join(notes) + b"end %d\n" % len(notes)


LINE_ATTACKS = [
    drop_a_line,
    drop_many_lines,
    repeat_a_line,
    replay_a_line,
    swap_lines,
    swap_places_of_entries,
    change_checkpoint_and_count,
]


# --- on the rows in the database, from which the product then writes a faultless-looking export


def exported(attack):
    def change(_, chance):
        return attack(golden.small_log(), chance).export()

    change.__name__ = attack.__name__
    return change


def change_a_body(log, chance):
    place = chance.randrange(ENTRIES)
    return put(log, place, log.bodies[place].replace(b"staff-", b"staff+"), hash_too=False)


def change_a_body_and_its_hash(log, chance):
    place = chance.randrange(ENTRIES)
    return put(log, place, log.bodies[place].replace(b"staff-", b"staff+"), hash_too=True)


def change_a_hash(log, chance):
    place = chance.randrange(ENTRIES)
    leaves = list(log.leaves)
    leaves[place] = chance.randbytes(32)
    return replace(log, leaves=tuple(leaves))


def forget_a_row(log, chance):
    place = chance.randrange(ENTRIES)
    return order(log, [each for each in range(ENTRIES) if each != place])


def add_a_row(log, chance):
    rows = list(range(ENTRIES))
    rows.insert(chance.randrange(ENTRIES + 1), chance.randrange(ENTRIES))
    return order(log, rows)


def swap_rows(log, chance):
    rows = list(range(ENTRIES))
    one, other = chance.randrange(ENTRIES), chance.randrange(ENTRIES)
    rows[one], rows[other] = rows[other], rows[one]
    return order(log, rows)


def forget_the_newest(log, chance):
    """Takes the log back to an earlier checkpoint: everything left is signed and fits."""
    keep = chance.randrange(len(log.checkpoints))
    rows = log.checkpoints[:keep]
    return replace(order(log, list(range(rows[-1].size if rows else 0))), checkpoints=rows)


def sign_again_with_a_key_of_ones_own(log, chance):
    """Rewrites an entry and signs everything anew with another key, named as the log's own."""
    changed = change_a_body_and_its_hash(log, chance)
    forger = golden.Signer(name=golden.FIRST.name, key=golden.FORGER.key)
    return resign(changed, [forger] * len(log.checkpoints))


def introduce_a_key_of_ones_own(log, chance):
    """Adds an entry that introduces the forger's key, and checkpoints by that key from there on."""
    bodies = list(log.bodies)
    bodies[chance.randrange(9, ENTRIES)] = golden.introduction(9, golden.FORGER)
    changed = replace(log, bodies=tuple(bodies), leaves=tuple(ledger.leaf_hash(each) for each in bodies))
    first = chance.randrange(1, len(log.checkpoints))
    return resign(changed, [None] * first + [golden.FORGER] * (len(log.checkpoints) - first))


def rewrite_with_the_stolen_key(log, chance):
    """The worst case: the log's own keys sign another history. Only the outside checkpoint tells."""
    changed = change_a_body_and_its_hash(log, chance)
    return resign(changed, [row.signer for row in log.checkpoints])


def put(log, place, body, *, hash_too):
    bodies, leaves = list(log.bodies), list(log.leaves)
    bodies[place] = body
    if hash_too:
        leaves[place] = ledger.leaf_hash(body)
    return replace(log, bodies=tuple(bodies), leaves=tuple(leaves))


def order(log, rows):
    return replace(
        log, bodies=tuple(log.bodies[row] for row in rows), leaves=tuple(log.leaves[row] for row in rows)
    )


def resign(log, signers):
    rows = []
    for number, (row, by) in enumerate(zip(log.checkpoints, signers, strict=True)):
        at = golden.START.replace(minute=number)
        rows.append(golden.checkpoint(log.leaves, row.size, at=at, by=by) if by else row)
    return replace(log, checkpoints=tuple(rows))


ROW_ATTACKS = [
    change_a_body,
    change_a_body_and_its_hash,
    change_a_hash,
    forget_a_row,
    add_a_row,
    swap_rows,
    forget_the_newest,
    sign_again_with_a_key_of_ones_own,
    introduce_a_key_of_ones_own,
    rewrite_with_the_stolen_key,
]
