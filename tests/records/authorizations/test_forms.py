"""Writing forms: drafts, versions that never change, purposes."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from bedside.ground.errors import NotAllowed, NotFound, Refusal
from bedside.ground.scope import in_scope
from bedside.records.authorizations import actions, queries
from bedside.records.authorizations.rules import Language, Part, Purpose, PurposeKind
from bedside.records.authorizations.templates import SavedMeanwhile
from tests.records.authorizations.forms import form, published, without


@pytest.mark.row("AUT-01")
def test_publishes_a_complete_form_and_refuses_an_incomplete_one(scope, at):
    version_id = published(scope, form(), at=at)
    assert queries.version(scope, version_id).number == 1
    incomplete = actions.save_template(scope, None, without(form(), Part.INFORMATION), at=at)
    with pytest.raises(Refusal, match=r"which information.*164\.508\(c\)\(1\)\(i\)") as refused:
        actions.publish_version(scope, incomplete, based_on=1, at=at)
    assert refused.value.code == "missing_information"
    assert queries.template(scope, incomplete).published == 0


@pytest.mark.row("AUT-10")
def test_keeps_the_grade_with_the_version(scope, at):
    grades = queries.version(scope, published(scope, form(), at=at)).grades
    assert set(grades) == set(Language)
    assert 0 < grades[Language.SPANISH] <= 8


def test_a_new_version_leaves_the_old_one_as_it_was(scope, at):
    first_id = published(scope, form(), at=at)
    before = queries.version(scope, first_id)
    changed = without(form(), Part.INFORMATION, text="Only your name and your mail address.")
    actions.save_template(scope, before.template_id, changed, based_on=1, at=at)
    assert queries.template(scope, before.template_id).changed
    second_id = actions.publish_version(scope, before.template_id, based_on=2, at=at)
    assert queries.version(scope, first_id) == before
    assert [one.id for one in queries.versions(scope, before.template_id)] == [second_id, first_id]
    assert [one.id for one in queries.offered(scope)] == [second_id]


def test_does_not_publish_the_same_twice(scope, at):
    version = queries.version(scope, published(scope, form(), at=at))
    with pytest.raises(Refusal, match="already"):
        actions.publish_version(scope, version.template_id, based_on=1, at=at)


def test_tells_who_saves_second_that_somebody_was_first(scope, at):
    template_id = actions.save_template(scope, None, form(), at=at)
    actions.save_template(scope, template_id, form(name="Mine"), based_on=1, at=at)
    with pytest.raises(SavedMeanwhile) as refused:
        actions.save_template(scope, template_id, form(name="Yours"), based_on=1, at=at)
    assert refused.value.number == 2
    with pytest.raises(SavedMeanwhile):
        actions.publish_version(scope, template_id, based_on=1, at=at)


def test_a_retired_form_is_offered_to_nobody(scope, at):
    version = queries.version(scope, published(scope, form(), at=at))
    actions.retire(scope, version.template_id, at=at)
    assert queries.offered(scope) == []
    with pytest.raises(Refusal, match="retired"):
        actions.save_template(scope, version.template_id, form(), based_on=1, at=at)


@pytest.mark.parametrize("statement", [
    "UPDATE authorizations_version SET number = 7",
    "UPDATE authorizations_version SET sealed = sealed || 'x'",
    "DELETE FROM authorizations_version",
])  # fmt: skip
def test_the_database_lets_nobody_change_a_version(scope, at, statement):
    published(scope, form(), at=at)
    with (
        in_scope(scope),
        pytest.raises(DatabaseError, match="published form"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.mark.row("AUT-04")
def test_a_practice_has_purposes_of_its_own(scope, at):
    own = Purpose(code="spring_offers", kind=PurposeKind.MARKETING, names={Language.ENGLISH: "Spring offers"})
    actions.save_purpose(scope, own, at=at)
    assert queries.register(scope)["spring_offers"].name(Language.SPANISH) == "Spring offers"
    published(scope, form(purposes=("spring_offers",)), at=at)
    actions.save_purpose(
        scope,
        Purpose(
            code="spring_offers", kind=PurposeKind.MARKETING, names={Language.ENGLISH: "Offers in spring"}
        ),
        at=at,
    )
    assert queries.register(scope)["spring_offers"].name(Language.ENGLISH) == "Offers in spring"
    with pytest.raises(Refusal, match="another sort"):
        actions.save_purpose(
            scope,
            Purpose(code="spring_offers", kind=PurposeKind.RESEARCH, names={Language.ENGLISH: "x y"}),
            at=at,
        )


@pytest.mark.parametrize("code", ["", "A", "Spring", "a b", "1st", "x" * 41, "own\n"])
def test_refuses_a_code_that_is_none(scope, at, code):
    with pytest.raises(Refusal, match="code"):
        actions.save_purpose(
            scope, Purpose(code=code, kind=PurposeKind.MARKETING, names={Language.ENGLISH: "x"}), at=at
        )


@pytest.mark.row("AUT-21")
def test_another_practice_sees_none_of_it(scope, stranger_scope, at):
    version = queries.version(scope, published(scope, form(), at=at))
    for ask in (
        lambda: queries.version(stranger_scope, version.id),
        lambda: queries.template(stranger_scope, version.template_id),
        lambda: actions.save_template(stranger_scope, version.template_id, form(), based_on=1, at=at),
        lambda: actions.publish_version(stranger_scope, version.template_id, based_on=1, at=at),
    ):
        with pytest.raises(NotFound):
            ask()
    assert queries.templates(stranger_scope) == []


def test_an_auditor_writes_no_forms(scope_of, at):
    with pytest.raises(NotAllowed):
        actions.save_template(scope_of("abe"), None, form(), at=at)
