"""Pictures of a person go with the person; others stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bedside.ground.errors import NotFound
from bedside.oversight.retention.actions import erase, erase_again
from bedside.oversight.retention.rules import ErasureReason, Thing
from bedside.records.charts.merging import merge_people
from bedside.records.media import queries
from bedside.records.media.rules import Unusable
from bedside.safeguards.vault.persons import rotate_person
from tests.records.consent.people import add_patient
from tests.records.media.library import added, added_of_patient, agreed

if TYPE_CHECKING:
    from datetime import datetime

    from bedside.ground.scope import Scope


def test_erases_pictures_of_the_person_and_no_other(scope: Scope, at: datetime) -> None:
    patient_id, document_id = agreed(scope, at=at)
    mine, front_door = added_of_patient(scope, document_id, at=at), added(scope, at=at)
    erased = erase(scope, patient_id, reason=ErasureReason.PERSON_ASKED, at=at)
    assert erased.destroyed[Thing.PICTURES] == 1
    assert queries.unusable(scope, [mine, front_door], today=at.date()) == {mine: Unusable.REMOVED}
    with pytest.raises(NotFound):
        queries.shown(scope, mine, at_most=600)
    assert erase_again(scope, at=at) == 0


def test_erases_pictures_that_were_of_a_record_joined_to_it(scope: Scope, at: datetime) -> None:
    goes, document_id = agreed(scope, at=at)
    mine, stays = added_of_patient(scope, document_id, at=at), add_patient(scope, at=at).id
    merge_people(scope, from_patient=goes, to_patient=stays, at=at)
    assert queries.picture(scope, mine).patient_id == goes
    assert erase(scope, stays, reason=ErasureReason.PERSON_ASKED, at=at).destroyed[Thing.PICTURES] == 1


def test_a_new_key_of_the_person_opens_their_pictures(scope: Scope, at: datetime) -> None:
    patient_id, document_id = agreed(scope, at=at)
    mine = added_of_patient(scope, document_id, at=at)
    before = (queries.picture(scope, mine), queries.shown(scope, mine, at_most=600))
    rotate_person(scope, patient_id, at=at)
    assert (queries.picture(scope, mine), queries.shown(scope, mine, at_most=600)) == before
