"""One practice never sees another's rows, whatever the query says (promise P6)."""

from __future__ import annotations

import pytest

from bedside.ground.scope import ScopeMixed, in_scope
from bedside.safeguards.audit.models import Entry
from bedside.safeguards.staff.models import Membership
from bedside.safeguards.vault.models import PracticeKey


def test_shows_nothing_outside_a_scope(scope):
    assert PracticeKey.objects.count() == 0
    assert Entry.objects.count() == 0


def test_shows_own_rows_and_hides_those_of_another_practice(scope, stranger_scope):
    with in_scope(scope):
        own = set(PracticeKey.objects.values_list("practice_id", flat=True))
    with in_scope(stranger_scope):
        others = set(PracticeKey.objects.values_list("practice_id", flat=True))
    assert own == {scope.practice_id}
    assert others == {stranger_scope.practice_id}


def test_refuses_to_mix_two_practices_in_one_transaction(scope, stranger_scope):
    with pytest.raises(ScopeMixed), in_scope(scope), in_scope(stranger_scope):
        pass


def test_hides_the_staff_of_another_practice(scope, cast, stranger_scope):
    with in_scope(stranger_scope):
        assert Membership.objects.count() == 0
    with in_scope(scope):
        assert Membership.objects.count() == len(cast)
