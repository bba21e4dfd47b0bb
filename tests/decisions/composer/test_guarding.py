"""What is found in drafts, where, what blocks, and what a suggestion makes of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bedside.decisions.composer.guarding import apply, findings, problems, texts_of
from bedside.decisions.composer.rules import Block, Document, Draft, Kind, Where
from bedside.decisions.gate.rules.classes import MessageClass
from bedside.ground.errors import Refusal
from bedside.kit.phi import OwnRecord, PlaceKind
from tests.decisions.composer.conftest import make_draft, make_practice


def draft_of(*blocks: Block, **changes: object) -> Draft:
    given = {
        "name": "Mrs. Alvarez and her diabetes",  # the list's own name is never sent
        "subject": "Flu season is here",
        "preheader": "",
        "message_class": MessageClass.GENERAL_HEALTH,
        "document": Document(blocks=blocks),
        **changes,
    }
    return Draft(**given)  # type: ignore[arg-type]


def text(words: str) -> Block:
    return Block(kind=Kind.TEXT, text=words)


def test_a_letter_for_everybody_has_no_findings(practice):
    draft = draft_of(
        Block(
            kind=Kind.HERO,
            heading="Healthy winter",
            text="Flu shots are free.",
            picture="https://maple.example/a.png",
        ),
        text("Dear {{ first_name | there }},\n\nIf you have asthma, call {{ practice_phone }} or 555-0100."),
        Block(
            kind=Kind.PROVIDER,
            name="Amy Ross",
            credentials="NP",
            text="Amy Ross treats asthma.",
            link="https://maple.example/amy",
        ),
        Block(kind=Kind.BUTTON, text="Book", link="{{ practice_url }}"),
    )

    assert findings(draft, practice) == []
    assert problems(findings(draft, practice)) == []


@pytest.mark.row("MIN-04")
@pytest.mark.parametrize(
    ("changes", "place", "where"),
    [
        ({"subject": "Your flu shot is due"}, PlaceKind.SUBJECT, Where.SUBJECT),
        ({"preheader": "You are due for a mammogram"}, PlaceKind.PREVIEW, Where.PREHEADER),
        ({"document": Document(blocks=(Block(kind=Kind.BUTTON, text="Go", link="https://maple.example/x?dob=1962-03-14"),))}, PlaceKind.LINK, Where.BODY),
        ({"document": Document(blocks=(text("See [here](https://maple.example/hiv-results)."),))}, PlaceKind.LINK, Where.BODY),
    ],
)  # fmt: skip
def test_blocks_what_everybody_on_the_way_reads(practice, changes, place, where):
    (one,) = findings(draft_of(text("Hello."), **changes), practice)
    (problem,) = problems([one])

    assert (one.place, one.where, one.blocks) == (place, where, True)
    assert (problem.code, problem.where, problem.block) == ("phi", where, one.block)
    assert one.found not in problem.sentence


def test_blocks_a_senders_name_that_names_a_patient():
    practice = make_practice(sender_name="Office for SSN 219-09-9999")
    (one,) = findings(draft_of(text("Hello.")), practice)

    assert one.place is PlaceKind.SENDER_NAME
    assert one.blocks
    with pytest.raises(Refusal, match="no other wording"):
        apply(draft_of(), one)


def test_a_finding_in_the_body_does_not_block_and_names_its_block(practice):
    inner = text("Since your surgery, all is well.")
    draft = draft_of(text("Hello."), Block(kind=Kind.COLUMNS, left=(text("Hi."),), right=(inner,)))
    (one,) = findings(draft, practice)

    assert (one.block, one.blocks, one.found) == (2, False, "Since your surgery")
    assert one.path == ("document", "blocks", 1, "right", 0, "text")


def test_puts_the_suggestion_in_and_leaves_the_rest_alone(practice):
    draft = draft_of(text("Hello."), text("**News:** Your flu shot is due. Call us."))
    (one,) = findings(draft, practice)
    better = apply(draft, one)

    assert better.document is not None
    assert better.document.blocks[1].text == "**News:** Flu shot season is here. Call us."
    assert better == replace(
        draft, document=replace(draft.document, blocks=(draft.document.blocks[0], better.document.blocks[1]))
    )
    assert findings(better, practice) == []


def test_refuses_to_change_what_has_changed_meanwhile(practice):
    draft = draft_of(text("Your flu shot is due."))
    (one,) = findings(draft, practice)

    with pytest.raises(Refusal, match="has changed"):
        apply(draft_of(text("Now your flu shot is due.")), one)
    with pytest.raises(Refusal, match="has changed"):
        apply(draft_of(), one)


def test_reads_over_bold_words_but_changes_nothing_between_signs(practice):
    (one,) = findings(draft_of(text("Your **flu shot** is due.")), practice)

    assert one.found == "Your **flu shot** is due"
    assert one.finding.suggestion is None
    with pytest.raises(Refusal, match="no other wording"):
        apply(draft_of(text("Your **flu shot** is due.")), one)


def test_suggests_the_field_for_a_name_in_a_greeting(practice):
    draft = draft_of(text("Dear Susan,\n\nHappy new year."))
    (one,) = findings(draft, practice)

    assert "Dear {{ first_name | there }},\n" in apply(draft, one).document.blocks[0].text  # type: ignore[union-attr]


@pytest.mark.row("MIN-02")
def test_a_field_of_health_is_a_finding_wherever_it_stands(practice):
    draft = draft_of(
        text("About {{ conditions | your care }}."), Block(kind=Kind.TEXT, text="Hi.", show_if="last_visit")
    )

    assert [(one.block, one.found) for one in findings(draft, practice)] == [
        (1, "{{ conditions | your care }}"),
        (2, "last_visit"),
    ]


def test_reads_mjml_with_its_lines_and_puts_the_suggestion_into_the_source(practice):
    inside = 'A\n<b>Your</b> diabetes &amp; you.\nSince your surgery.\n<a href="https://maple.example/x?dob=1962-03-14">x</a>'
    draft = make_draft(inside)
    found = findings(draft, practice)

    assert [(one.line, one.found, one.finding.suggestion, one.blocks) for one in found] == [
        (2, "Your</b> diabetes", None, False),
        (3, "Since your surgery", "Since surgery", False),
        (4, "?dob=1962-03-14", "", True),
    ]
    assert "\nSince surgery.\n" in apply(draft, found[1]).mjml
    assert 'href="https://maple.example/x">' in apply(draft, found[2]).mjml


def test_reads_descriptions_and_pictures_and_no_comments_or_styles(practice):
    column = (
        '<mj-image src="https://maple.example/amy_ross_after.jpg" alt="X-ray of a patient\'s wrist" />'
        "<!-- your diabetes --><mj-style>.your-diabetes{}</mj-style>"
    )
    places = {one.place for one in findings(make_draft(column=column), practice)}

    assert places == {PlaceKind.PICTURE, PlaceKind.DESCRIPTION}


def test_the_recipients_own_record_is_found(practice):
    own = OwnRecord(names=("Zebulon Quartermain",), birth_date=date(1962, 3, 14))
    draft = draft_of(text("Zebulon Quartermain turns 64 on 3/14/1962."))

    assert {one.found for one in findings(draft, practice, own=own)} == {"Zebulon Quartermain", "3/14/1962"}


def test_the_drafts_own_name_ids_and_choices_are_not_read():
    picture = "0b5e1c5e-6d3f-4f5e-9d53-0d2f5b1b9a11"
    draft = draft_of(Block(kind=Kind.PICTURE, picture=picture, description="A park"))

    assert [(one.part, one.text) for one in texts_of(draft)] == [
        ("subject", "Flu season is here"),
        ("description", "A park"),
    ]


@settings(max_examples=60, deadline=None)
@given(
    words=st.lists(
        st.sampled_from(
            [
                "Your flu shot is due",
                "**",
                "[a](b)",
                "<b>",
                "&amp;",
                "😀",
                "Mrs. Alvarez",
                "\n",
                "SSN 219-09-9999",
                "since your surgery",
            ]
        ),
        max_size=12,
    ).map(" ".join),
    mjml=st.booleans(),
)
def test_every_suggestion_can_be_put_in_and_shrinks_the_list_or_changes_the_text(words, mjml):
    practice = make_practice()
    draft = make_draft(words) if mjml else draft_of(text(words))
    for one in findings(draft, practice):
        if one.finding.suggestion is not None:
            assert apply(draft, one) != draft
