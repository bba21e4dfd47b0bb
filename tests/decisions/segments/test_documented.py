"""Every example in the documentation is of the language and says what stands below it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from bedside.decisions.segments.rules import FIELDS, Operator, Period, from_json, sentence_of, to_json

GUIDE = (Path(__file__).resolve().parents[3] / "docs/how-to/segments.md").read_text()
EXAMPLES = re.findall(r"```json\n(.*?)```\n> (.*?)\n(?:\n|$)", GUIDE, re.DOTALL)


@pytest.mark.parametrize(("document", "sentence"), EXAMPLES)
def test_an_example_says_what_stands_below_it(document, sentence):
    rule = from_json(json.loads(document))
    assert sentence_of(rule) == " ".join(sentence.split())
    assert from_json(to_json(rule)) == rule


def test_all_examples_were_found():
    assert len(EXAMPLES) == GUIDE.count("```json") >= 10


def test_the_table_of_fields_is_that_of_the_language():
    table = GUIDE.partition("## Days")[0]
    rows = [row for row in table.splitlines() if row.startswith("| `") and row.count("|") == 3]
    told: dict[str, set[str]] = {}
    for row in rows:
        names, asked = (re.findall(r"`(\w+)`", cell) for cell in row.split("|")[1:3])
        told |= {name: set(asked) & set(Operator) for name in names if name in FIELDS}
    assert told == {name: set(field.operators) for name, field in FIELDS.items()}


def test_every_period_is_made_of_the_words_told():
    assert {period.value.split("_")[0] for period in Period} == {"today", "last", "this", "next"}
