"""Everything that must be right before a message can be sent: headings and class, and the body in either form."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bedside.decisions.composer.rules.checking import check_markup
from bedside.decisions.composer.rules.document.markup import to_mjml
from bedside.decisions.composer.rules.document.problems import check_document
from bedside.decisions.composer.rules.headings import check_headings

if TYPE_CHECKING:
    from bedside.decisions.composer.rules.content import Draft, Problem
    from bedside.decisions.composer.rules.document.dress import Dress
    from bedside.decisions.composer.rules.document.markup import Markup
    from bedside.safeguards.practices.rules import Profile

PROBLEMS_MAX = 50
# What a form says better than the markup made of it: each of these silences what the markup says of the same block.
_SAID_BETTER = frozenset({"empty_block", "picture"})


def check_draft(draft: Draft, practice: Profile, *, dress: Dress) -> list[Problem]:
    """At most `PROBLEMS_MAX` problems: headings first, then the body in order of lines. Empty: it may be sent."""
    found = [*check_headings(draft, practice), *check_body(draft, practice, dress=dress)]
    return found[:PROBLEMS_MAX]


def check_body(draft: Draft, practice: Profile, *, dress: Dress) -> list[Problem]:
    """The body's problems; of a document with the block instead of the line."""
    if draft.document is None:
        return list(check_markup(draft.mjml, draft.message_class, practice))
    markup = to_mjml(draft.document, dress)
    ours = {look.address for look in dress.pictures.values()}
    found = [
        *check_document(draft.document, dress, message_class=draft.message_class),
        *(
            _in_block(problem, markup)
            for problem in check_markup(markup.mjml, draft.message_class, practice, pictures=ours)
        ),
    ]
    return _first_of_each_block(found)


def _in_block(problem: Problem, markup: Markup) -> Problem:
    return replace(problem, line=None, block=markup.block_at(problem.line or 0))


def _first_of_each_block(found: list[Problem]) -> list[Problem]:
    """In order of blocks, each sentence once; an empty block is not told twice that its link is empty, too."""
    kept: dict[tuple[int | None, str], Problem] = {}
    emptied = {problem.block for problem in found if problem.code in _SAID_BETTER}
    for problem in found:
        if problem.code == "link" and problem.block in emptied:
            continue
        code = problem.code if problem.code == "picture" else problem.sentence
        kept.setdefault((problem.block, code), problem)
    return sorted(kept.values(), key=lambda problem: problem.block or 0)
