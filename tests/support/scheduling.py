"""Which tests stay in one process of a run, and which begin first.

One file is one piece of work, unless tests carry a mark `xdist_group` of their own. xdist's `loadgroup` would write the
group into the test's id, which this pytest no longer lets it change, and says nothing: its groups were none. So the
processes that collect write the groups down, and the one that hands out reads them.
"""

from __future__ import annotations

import functools
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from xdist.scheduler import LoadScopeScheduling

if TYPE_CHECKING:
    import pytest

# Groups that take longest, by what a run measured, the longest first; some of them start no process, and would else come
# at the very end. What is heavy and not named here comes next, then all else.
LONGEST_FIRST = (
    "demo",
    "backups",
    "tests/doors/web/test_every_address.py",
    "tests/doors/web/test_people_in_browser.py",
    "tests/doors/web/test_shell_in_browser.py",
    "tests/safeguards/vault/test_killed.py",
    "tests/ground/postgres/test_postgres_dying.py",
    "tests/doors/web/test_ledger_in_browser.py",
    "installation of the keys",
    "failures",
    "tests/verify/test_fuzz.py",
    "tests/processes/test_leaving.py",
    "tests/oversight/retention/test_races.py",
    "tests/safeguards/ledger/test_hostile_rows.py",
    "tests/oversight/retention/test_backups.py",
    "tests/decisions/segments/test_answering.py",
    "tests/decisions/segments/test_deltas.py",
)


class InGroups(LoadScopeScheduling):
    """Hands out one group after the other, in the order of collection."""

    def _split_scope(self, nodeid: str) -> str:
        return _written()[nodeid]


def group_of(item: pytest.Item) -> str:
    mark = item.get_closest_marker("xdist_group")
    return str(mark.args[0]) if mark else item.nodeid.split("::")[0]


def order(items: list[pytest.Item]) -> None:
    """What takes minutes begins first, so that nothing long is left for the end, when the other process would wait.

    Within a group the order stays.
    """
    heavy = {group_of(item) for item in items if any(map(item.get_closest_marker, ("browser", "processes")))}

    def turn(item: pytest.Item) -> int:
        group = group_of(item)
        if group in LONGEST_FIRST:
            return LONGEST_FIRST.index(group)
        return len(LONGEST_FIRST) + (group not in heavy)

    items.sort(key=turn)


def write_down(items: list[pytest.Item]) -> None:
    """Every process writes the same; whichever is last wins."""
    unfinished = _place().with_suffix(f".{os.getpid()}")
    unfinished.write_text(json.dumps({item.nodeid: group_of(item) for item in items}))
    unfinished.rename(_place())


@functools.cache
def _written() -> dict[str, str]:
    return json.loads(_place().read_text())


def _place() -> Path:
    return Path(os.environ["BEDSIDE_HOME"]) / "groups.json"
