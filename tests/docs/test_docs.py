"""What the documents say is there is there, and the other way round."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SETTING = re.compile(r"\b(BEDSIDE_[A-Z_]+|DATABASE_(?:OWNER_)?URL|PGBIN)\b")
LINK = re.compile(r"\]\(([^)#]+?)(?:#[^)]*)?\)")
PAGES = sorted(
    path.relative_to(ROOT)
    for pattern in ("*.md", "docs/**/*.md", "src/**/README.md")
    for path in ROOT.glob(pattern)
)


def test_lists_exactly_the_settings_that_are_read():
    reading = [ROOT / "src/bedside/config/settings.py", ROOT / "src/bedside/ground/settings.py"]
    reading += (ROOT / "src/bedside/ground/postgres").glob("*.py")
    reading += (ROOT / "src/bedside/safeguards/vault/roots").glob("*.py")
    read = {
        name for path in reading for name in re.findall(r"[\"'`](BEDSIDE_[A-Z_]+|DATABASE_(?:OWNER_)?URL|PGBIN)[\"'`]",
                                                        path.read_text())
    }  # fmt: skip
    told = set(
        re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "docs/reference/settings.md").read_text(), re.MULTILINE)
    )
    assert told == read


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_links_to_files_that_exist(page):
    targets = [target for target in LINK.findall((ROOT / page).read_text()) if "://" not in target]
    missing = [target for target in targets if not ((ROOT / page).parent / target).exists()]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_names_settings_that_exist(page):
    told = (ROOT / "docs/reference/settings.md").read_text()
    assert {name for name in SETTING.findall((ROOT / page).read_text()) if f"`{name}`" not in told} == set()


def test_has_a_heading_for_each_verb_and_no_other():
    from bedside.config.commands import build_parser, verbs_of

    told = set(
        re.findall(r"^### `bedside ([^`]+)`", (ROOT / "docs/reference/commands.md").read_text(), re.MULTILINE)
    )
    assert told == {" ".join(path) for path in verbs_of(build_parser())}


def test_explains_each_reason_of_the_gate():
    from bedside.decisions.gate.rules import REASONS

    told = (ROOT / "docs/reference/gate.md").read_text()
    assert {code for code in REASONS if f"`{code}`" not in told} == set()


def test_names_each_kind_of_ledger_entry():
    import importlib
    import pkgutil

    import bedside
    from bedside.safeguards.audit.rules import kinds

    for found in pkgutil.walk_packages(bedside.__path__, "bedside."):
        if found.name.endswith(".entries"):
            importlib.import_module(found.name)
    told = (ROOT / "docs/reference/ledger.md").read_text()
    ours = {name for name in kinds() if not name.startswith("sample.")}  # those of other tests
    assert {name for name in ours if f"`{name}`" not in told} == set()


def test_names_the_two_commands_first():
    text = (ROOT / "README.md").read_text()
    assert text.index("bin/demo") < text.index("bin/test") < 3000
