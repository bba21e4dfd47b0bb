"""Makes docs/compliance.md from the tests: `python -m tests.compliance.page` (also by `bin/reference`)."""

from __future__ import annotations

import ast
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tests.compliance.catalogue import ROWS
from tests.compliance.reasons import REASONS

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "compliance.md"
_HEAD = """# Consent law, row by row

Made by `bin/reference` from the tests. Each row is a requirement in our words with its source. Beside it stand the
tests that show it, which run with every change, or why there is none. This is a record of what the software does, and
no legal advice; no software makes anybody compliant.

"""


class Shown(NamedTuple):
    """One test that shows a row: the file below `tests/` and the test's name as a sentence."""

    file: str
    sentence: str


def shown_by() -> dict[str, list[Shown]]:
    """Every id cited by `@pytest.mark.row`, with the tests that cite it, in the order of files and lines."""
    found: dict[str, list[Shown]] = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for row, name in _marked(ast.parse(path.read_bytes())):
            test = Shown(
                path.relative_to(ROOT / "tests").as_posix(), name.removeprefix("test_").replace("_", " ")
            )
            found.setdefault(row, []).append(test)
    return found


def _marked(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """(id, name of the test) of marks on tests, on their cases, and on lists of cases that the module names."""
    lists = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            for decorator in node.decorator_list:
                named = [
                    lists[one.id]
                    for one in ast.walk(decorator)
                    if isinstance(one, ast.Name) and one.id in lists
                ]
                for part in (decorator, *named):
                    for row in _ids(part):
                        yield row, node.name


def _ids(part: ast.AST) -> Iterator[str]:
    for node in ast.walk(part):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.row":
            for given in node.args:
                yield str(ast.literal_eval(given))


def page() -> str:
    """The whole page. Raises KeyError for a row with neither a test nor a reason."""
    shown = shown_by()
    parts = [_HEAD, _counts(shown)]
    for section, rows in groupby(ROWS.items(), key=lambda item: item[1].section):
        parts.append(f"\n## {section}\n\n| row | requirement | source | shown by |\n|---|---|---|---|\n")
        for row_id, row in rows:
            told = _tests(shown[row_id]) if row_id in shown else f"Not shown: {REASONS[row_id]}"
            parts.append(f"| {row_id} | {row.requirement} | {_cell(row.source)} | {told} |\n")
    others = sorted(set(shown) - set(ROWS))
    parts.append("\n## Rows of other sections\n\n| row | shown by |\n|---|---|\n")
    parts += [f"| {row_id} | {_tests(shown[row_id])} |\n" for row_id in others]
    return "".join(parts)


def _counts(shown: dict[str, list[Shown]]) -> str:
    proven = len(ROWS.keys() & shown.keys())
    return (
        f"{proven} of {len(ROWS)} rows are shown by tests; {len(ROWS) - proven} are listed with the reason.\n"
    )


def _tests(tests: list[Shown]) -> str:
    each = sorted({f"{test.sentence} (`{test.file}`)" for test in tests})
    return "<br>".join(each)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page())
