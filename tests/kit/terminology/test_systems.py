"""Which vocabulary a name means, and how telling a class of facts is."""

import pytest

from bedside.kit.terminology import Sensitivity, System, system_of


@pytest.mark.parametrize(
    ("name", "system"),
    [
        ("http://hl7.org/fhir/sid/icd-10-cm", System.ICD10CM),
        ("http://hl7.org/fhir/sid/icd-10", System.ICD10CM),
        ("I10", System.ICD10CM),
        ("I10C", System.ICD10CM),
        ("urn:oid:2.16.840.1.113883.6.90", System.ICD10CM),
        ("http://snomed.info/sct", System.SNOMED),
        ("http://snomed.info/sct/731000124108/version/20240301", System.SNOMED),
        ("SCT", System.SNOMED),
        ("2.16.840.1.113883.6.96", System.SNOMED),
        ("http://www.nlm.nih.gov/research/umls/rxnorm", System.RXNORM),
        ("RXNORM", System.RXNORM),
        ("http://hl7.org/fhir/sid/cvx", System.CVX),
        ("CVX", System.CVX),
        ("http://loinc.org/", System.LOINC),
        ("LN", System.LOINC),
        ("http://www.ama-assn.org/go/cpt", System.CPT),
        ("C4", System.CPT),
        ("https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets", System.HCPCS),
        ("http://www.ada.org/cdt", System.CDT),
        ("http://hl7.org/fhir/sid/ndc", System.NDC),
        ("http://loinc.org|2.76", System.LOINC),
    ],
)
def test_knows_a_vocabulary_by_each_of_its_names(name: str, system: System) -> None:
    assert system_of(name) is system


@pytest.mark.parametrize("name", ["", "L", "I9CDX", "http://hl7.org/fhir/sid/icd-9-cm", "99ACME", "SNM3"])
def test_takes_no_other_vocabulary_for_one_of_ours(name: str) -> None:
    assert system_of(name) is None


@pytest.mark.parametrize("system", System)
def test_knows_each_vocabulary_by_the_word_it_is_stored_as(system: System) -> None:
    assert system_of(system.value) is system


def test_tells_special_health_plain_and_harmless_classes_apart() -> None:
    assert [one for one in Sensitivity if not one.is_health] == [
        Sensitivity.NONE,
        Sensitivity.IDENTITY,
        Sensitivity.CONTACT,
    ]
    assert not Sensitivity.HEALTH.is_special
    assert Sensitivity.HEALTH.is_health
    assert all(one.is_health for one in Sensitivity if one.is_special)
    assert sum(one.is_special for one in Sensitivity) == 9
