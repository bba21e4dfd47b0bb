"""The examples in docstrings are true."""

import doctest

import pytest

from bedside.kit.mail import addresses, headers


@pytest.mark.parametrize("module", [addresses, headers], ids=lambda module: module.__name__)
def test_runs_the_examples_of_the_docstrings(module: object) -> None:
    result = doctest.testmod(module)  # type: ignore[arg-type]
    assert result.attempted > 0
    assert result.failed == 0
