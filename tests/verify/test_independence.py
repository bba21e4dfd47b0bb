"""The verifier knows nothing of Bedside, so that an error there cannot hide itself here."""

import ast
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "verify"
FILES = sorted((ROOT / "src").rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_imports_the_standard_library_and_cryptography_only(path):
    allowed = {*sys.stdlib_module_names, "cryptography", "bedside_verify"}
    imported = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            imported |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            imported.add((node.module or "").partition(".")[0])
    assert imported <= allowed


def test_loads_nothing_of_bedside():
    program = (
        "import pkgutil, sys, importlib, bedside_verify as package\n"
        "for found in pkgutil.iter_modules(package.__path__):\n"
        "    if found.name != '__main__': importlib.import_module('bedside_verify.' + found.name)\n"
        "print(sorted({'bedside', 'django', 'psycopg'} & set(sys.modules)))"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(
        [sys.executable, "-P", "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_depends_on_one_package():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert [each.partition(">")[0] for each in project["dependencies"]] == ["cryptography"]
    assert project["scripts"] == {"bedside-verify": "bedside_verify.command:main"}
