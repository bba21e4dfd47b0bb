"""The page for signing: reads on GET, signs once on POST, and shows nobody else what was signed."""

from __future__ import annotations

import string
from datetime import timedelta

import pytest

from bedside.doors.pickup.signing_words import SIGNING
from bedside.doors.pickup.words import Language as PageLanguage
from bedside.ground import clock
from bedside.ground.scope import in_scope
from bedside.records.authorizations import actions, queries
from bedside.records.authorizations.models import DocumentRow, RequestRow
from bedside.records.authorizations.rules import PLAIN_GRADE_MAX, Language, grade
from bedside.records.consent.models import LetterRow
from bedside.records.consent.queries import history, permissions_of
from tests.records.authorizations.forms import BORN, DRAWING, form, published, request_of
from tests.records.consent.people import add_patient


@pytest.fixture
def jane(scope, at):
    return add_patient(scope, at=at, last_name="Roe", birth_date=BORN).id


@pytest.fixture
def token(scope, jane):
    return asked(scope, jane)


def asked(scope, patient_id, content=None):
    at = clock.now()
    version_id = published(scope, content or form(), at=at)
    return actions.ask_to_sign(scope, patient_id, version_id, at=at)


def fields(page: str, **changes: str) -> dict[str, str]:
    shown = page.split('name="shown" value="')[1].split('"', maxsplit=1)[0]
    typed = {
        "act": "sign", "shown": shown, "signer": "self", "name": "Jane Roe", "born": BORN.isoformat(),
        "intended": "yes", "electronic": "yes", "drawing": "",
    }  # fmt: skip
    return {**typed, **changes}


def sign(door, token, lang="en", **changes):
    page = door.get(f"/a/{token}?lang={lang}").content.decode()
    return door.post(f"/a/{token}?lang={lang}", fields(page, **changes))


def documents(scope, jane):
    return queries.documents_of(scope, jane, today=clock.now().date())


def test_reading_signs_nothing_however_often(door, scope, jane, token):
    for _ in range(3):
        page = door.get(f"/a/{token}")
        assert page.status_code == 200
        door.head(f"/a/{token}")
    assert "Jane" not in page.content.decode()
    assert documents(scope, jane) == []
    assert history(scope, jane) == []


def test_neither_box_comes_ticked(door, token):
    page = door.get(f"/a/{token}").content.decode()
    boxes = [part.split(">")[0] for part in page.split('<input type="checkbox"')[1:]]
    assert len(boxes) == 2
    assert not any("checked" in box for box in boxes)


@pytest.mark.row("AUT-11", "AUT-17")
def test_signs_owes_the_copy_and_gives_it(door, scope, jane, token):
    answer = sign(door, token)
    assert answer.status_code == 200
    assert "You have signed" in answer.content.decode()
    [document] = documents(scope, jane)
    assert document.defect is None
    with in_scope(scope):
        assert LetterRow.objects.filter(practice_id=scope.practice_id, about=document.id).count() == 1
    proof = answer.content.decode().split('name="proof" value="')[1].split('"')[0]
    copy = door.post(f"/a/{token}", {"act": "copy", "proof": proof})
    assert copy.content == queries.rendering(scope, document.id)
    assert copy.headers["Content-Disposition"].startswith("attachment")
    assert copy.headers["Cache-Control"] == "no-store"
    assert "sandbox" in copy.headers["Content-Security-Policy"]


def test_a_second_press_signs_nothing_more(door, scope, jane, token):
    page = door.get(f"/a/{token}").content.decode()
    for _ in range(3):
        assert door.post(f"/a/{token}", fields(page)).status_code == 200
    assert len(documents(scope, jane)) == 1


def test_a_drawing_is_kept(door, scope, jane, token):
    assert sign(door, token, drawing=DRAWING).status_code == 200
    [document] = documents(scope, jane)
    assert queries.evidence(scope, document.id).signature.drawing == DRAWING


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"name": ""}, "Type your full name"),
        ({"intended": ""}, "mean this to be your signature"),
        ({"electronic": ""}, "agree to sign on this screen"),
        ({"signer": "representative"}, "Say why you may sign"),
        ({"drawing": "M1 1"}, "Draw your signature"),
        ({"born": "1980-05-05"}, "not the day of birth"),
        ({"born": "yesterday"}, "not the day of birth"),
        ({"shown": "0" * 64}, "has changed"),
    ],
)
def test_says_what_to_put_right_and_keeps_what_was_typed(door, scope, jane, token, changes, says):
    answer = sign(door, token, **changes)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert says in text
    assert changes.get("name", "Jane Roe") in text
    assert BORN.isoformat() not in text
    assert documents(scope, jane) == []


def test_a_drawing_need_not_be_drawn_again_after_a_slip_elsewhere(door, token):
    kept = sign(door, token, drawing=DRAWING, born="1980-05-05").content.decode()
    assert f'name="drawing" value="{DRAWING}"' in kept
    broken = sign(door, token, drawing='M1 1"><script>').content.decode()
    assert "<script>" not in broken.replace("<script src", "")


@pytest.mark.row("AUT-06")
def test_a_mother_signs_for_her_child(door, scope, jane, token):
    assert sign(door, token, signer="representative", authority="Mother", name="Mary Roe").status_code == 200
    [document] = documents(scope, jane)
    assert queries.evidence(scope, document.id).signature.authority == "Mother"


def test_the_link_alone_shows_nothing_of_what_was_signed(door, scope, jane, token):
    sign(door, token)
    page = door.get(f"/a/{token}").content.decode()
    assert "Jane" not in page
    assert 'name="proof"' not in page
    for typed in ({}, {"proof": "x:y:z"}, {"born": "1980-05-05"}):
        answer = door.post(f"/a/{token}", {"act": "copy", **typed})
        assert answer.status_code == 422
        assert "Jane" not in answer.content.decode()
    assert b"Jane Roe" in door.post(f"/a/{token}", {"act": "copy", "born": BORN.isoformat()}).content


def test_a_proof_opens_no_other_copy(door, scope, jane, token):
    answer = sign(door, token)
    proof = answer.content.decode().split('name="proof" value="')[1].split('"')[0]
    other = asked(scope, jane, form(name="Another"))
    sign(door, other)
    assert door.post(f"/a/{other}", {"act": "copy", "proof": proof}).status_code == 422


def test_without_a_day_of_birth_the_signed_name_opens_the_copy(door, scope, at):
    anna = add_patient(scope, at=at, email="anna@example.org", last_name="Ray")
    token = asked(scope, anna.id)
    assert 'name="born"' not in door.get(f"/a/{token}").content.decode()
    sign(door, token, name="Anna Ray", born="")
    assert door.post(f"/a/{token}", {"act": "copy", "signed_name": "Somebody"}).status_code == 422
    assert b"Anna Ray" in door.post(f"/a/{token}", {"act": "copy", "signed_name": "anna  ray"}).content


def test_closes_after_five_wrong_days(door, scope, jane, token):
    for _ in range(5):
        assert sign(door, token, born="1980-05-05").status_code == 422
    assert door.get(f"/a/{token}").status_code == 410
    assert door.post(f"/a/{token}", {"act": "sign", "born": BORN.isoformat()}).status_code == 410
    assert documents(scope, jane) == []


@pytest.mark.row("AUT-14")
def test_no_thank_you_is_as_easy_and_asks_nothing(door, scope, jane, token):
    answer = door.post(f"/a/{token}", {"act": "decline"})
    assert "You said no" in answer.content.decode()
    assert "You said no" in door.get(f"/a/{token}").content.decode()
    assert permissions_of(scope, [jane])[jane].authorizations == ()


@pytest.mark.row("AUT-15")
def test_the_link_takes_it_back_at_once(door, scope, jane, token):
    sign(door, token)
    assert "taken it back" in door.post(f"/a/{token}", {"act": "take_back"}).content.decode()
    [document] = documents(scope, jane)
    assert document.defect is not None
    assert history(scope, jane)[0].event.source == "signing_page"
    assert "taken it back" in door.get(f"/a/{token}").content.decode()


def test_a_robot_that_posts_anything_changes_nothing(door, scope, jane, token):
    for typed in ({}, {"act": "sign"}, {"act": "nonsense"}, {"act": "copy"}, {"act": "take_back"}):
        assert door.post(f"/a/{token}", typed).status_code in {200, 422}
    assert door.post(f"/a/{token}", {"act": "sign", "drawing": "x" * 200_000}).status_code == 413
    assert documents(scope, jane) == []


def test_an_old_link_is_closed_and_an_erased_persons_opens_nothing(door, scope, jane, token):
    with in_scope(scope):
        RequestRow.objects.filter(id=request_of(token)).update(expires_at=clock.now() - timedelta(seconds=1))
    assert door.get(f"/a/{token}").status_code == 410
    from bedside.oversight.retention.actions import erase
    from bedside.oversight.retention.rules import ErasureReason

    erase(scope, jane, reason=ErasureReason.PERSON_ASKED, at=clock.now())
    assert door.get(f"/a/{token}").status_code == 404


@pytest.mark.row("AUT-21")
def test_a_token_with_another_practices_id_opens_nothing(door, scope, stranger_scope, jane, token):
    from bedside.records.authorizations.links import seal_signing_link

    crossed = seal_signing_link(practice_id=stranger_scope.practice_id, request_id=request_of(token))
    assert door.get(f"/a/{crossed}").status_code == 404
    assert door.post(f"/a/{crossed}", {"act": "sign"}).status_code == 404
    with in_scope(scope):
        assert not DocumentRow.objects.exists()


def test_signs_in_spanish_what_was_read_in_spanish(door, scope, jane, token):
    assert "Usted ha firmado" in sign(door, token, lang="es").content.decode()
    [document] = documents(scope, jane)
    assert document.language is Language.SPANISH


def test_a_form_in_one_language_says_so(door, scope, jane):
    content = form()
    only = asked(scope, jane, type(content)(**{
        **{name: getattr(content, name) for name in content.__slots__},
        "texts": {Language.ENGLISH: content.texts[Language.ENGLISH]},
    }))  # fmt: skip
    page = door.get(f"/a/{only}?lang=es").content.decode()
    assert "un solo idioma" in page
    assert 'lang="en"' in page


def test_both_languages_have_the_same_words_with_the_same_places_and_plain_ones():
    english, spanish = SIGNING[PageLanguage.ENGLISH], SIGNING[PageLanguage.SPANISH]
    assert set(english) == set(spanish)
    for key in english:
        places = [
            [name for _, name, _, _ in string.Formatter().parse(one[key]) if name]
            for one in (english, spanish)
        ]
        assert places[0] == places[1]
    assert grade("\n".join(english.values()), Language.ENGLISH) <= PLAIN_GRADE_MAX
    assert grade("\n".join(spanish.values()), Language.SPANISH) <= PLAIN_GRADE_MAX
