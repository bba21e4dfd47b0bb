"""Which value sets a code or a name belongs to, and how telling it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedside.kit.terminology import (
    BLOCKS,
    VALUE_SETS,
    Sensitivity,
    SetKind,
    System,
    block_of,
    name_of,
    sensitivities_of,
    sensitivity_of,
    strictest,
    value_sets_of,
)

ICD, SNOMED, RXNORM, CVX = System.ICD10CM, System.SNOMED, System.RXNORM, System.CVX
CPT, HCPCS, CDT, LOINC, TEXT = System.CPT, System.HCPCS, System.CDT, System.LOINC, System.TEXT


@pytest.mark.parametrize(
    ("system", "code", "name", "keys"),
    [
        (ICD, "E11.9", "", {"diabetes"}),
        (ICD, "E119", "", {"diabetes"}),
        (ICD, "E11.22", "", {"diabetes", "kidney_disease"}),
        (ICD, "O24.410", "", {"pregnancy"}),  # diabetes of pregnancy is not diabetes
        (ICD, "I10", "", {"high_blood_pressure"}),
        (ICD, "C50.919", "", {"breast_cancer", "cancer"}),
        (ICD, "Z12.31", "Encounter for screening mammogram for malignant neoplasm of breast", set()),
        (ICD, "F11.20", "", {"opioid_use", "drug_use"}),
        (ICD, "copd_exacerbation", "COPD with exacerbation", {"copd"}),  # no code: then the name counts
        (SNOMED, "44054006", "", {"diabetes"}),
        (SNOMED, "999", "Type 2 diabetes mellitus (disorder)", {"diabetes"}),
        (SNOMED, "171207006", "Depression screening (procedure)", {"mood_screening"}),  # asked, not ill
        (SNOMED, "866148006", "Screening for domestic abuse (procedure)", {"safety_screening"}),
        (
            SNOMED,
            "65200003",
            "Insertion of intrauterine contraceptive device",
            {"contraception_care", "birth_control"},
        ),
        (SNOMED, "24623002", "Screening mammography (procedure)", {"mammogram"}),
        (SNOMED, "1", "Cognitive behavioral therapy (regime/therapy)", {"psychotherapy"}),
        (
            RXNORM,
            "860975",
            "24 HR Metformin hydrochloride 500 MG Extended Release Oral Tablet",
            {"diabetes_medicines"},
        ),
        (RXNORM, "6809", "", {"diabetes_medicines"}),
        (
            RXNORM,
            "1",
            "Buprenorphine 8 MG / Naloxone 2 MG Sublingual Film [Suboxone]",
            {"addiction_medicines"},
        ),
        (RXNORM, "1", "emtricitabine 200 MG / tenofovir disoproxil 300 MG [Truvada]", {"hiv_medicines"}),
        (RXNORM, "1", "ethinyl estradiol 0.035 MG / norgestimate 0.25 MG Oral Tablet", {"contraceptives"}),
        (CVX, "08", "", {"hepatitis_vaccine"}),
        (CVX, "8", "", {"hepatitis_vaccine"}),
        (CVX, "999", "Influenza, seasonal, 2031", {"flu_vaccine"}),
        (CPT, "83036", "", {"a1c_test"}),
        (HCPCS, "83036", "", {"a1c_test"}),  # sent under the other's name
        (HCPCS, "G0202", "", {"mammogram"}),
        (CPT, "90837", "", {"psychotherapy"}),
        (CPT, "59851", "", {"abortion_care"}),  # within a range
        (CDT, "D1110", "", {"dental_cleaning"}),
        (LOINC, "4548-4", "", {"a1c_test"}),
        (TEXT, "Type 2 Diabetes", "", {"diabetes"}),
        (TEXT, "", "T2DM", {"diabetes"}),
        (TEXT, "prediabetes", "", {"prediabetes"}),
        (TEXT, "Pre-Diabetes", "", {"prediabetes"}),
        (TEXT, "gestational diabetes", "", {"pregnancy"}),
        (TEXT, "HTN, high cholesterol", "", {"high_blood_pressure", "high_cholesterol"}),
        (TEXT, "pulmonary hypertension", "", set()),
        (TEXT, "Family history of breast cancer", "", set()),
        (TEXT, "influenza vaccine", "", {"flu_vaccine"}),
        (TEXT, "influenza", "", {"flu_and_colds"}),
        (TEXT, "HIV", "", {"hiv"}),
        (TEXT, "HIV test", "", {"hiv_test"}),
        (TEXT, "band aids", "", set()),
        (TEXT, "Suboxone", "", {"addiction_medicines"}),
        (TEXT, "", "", set()),
    ],
)
def test_finds_the_value_sets(system: System, code: str, name: str, keys: set[str]) -> None:
    assert value_sets_of(system, code, name=name) == keys


@pytest.mark.parametrize(
    ("system", "code", "name", "sensitivity"),
    [
        # 42 CFR 2.11: a substance use disorder, "not including tobacco or caffeine use".
        (ICD, "F10.20", "", Sensitivity.SUBSTANCE_USE),
        (ICD, "F17.210", "", Sensitivity.HEALTH),
        (ICD, "K70.30", "", Sensitivity.SUBSTANCE_USE),  # alcoholic cirrhosis says the same
        (ICD, "O99.320", "", Sensitivity.SUBSTANCE_USE),
        (ICD, "O99.330", "", Sensitivity.REPRODUCTIVE),  # tobacco in pregnancy
        (RXNORM, "6813", "methadone", Sensitivity.SUBSTANCE_USE),
        (HCPCS, "H0020", "", Sensitivity.SUBSTANCE_USE),
        (SNOMED, "56876005", "Drug rehabilitation and detoxification", Sensitivity.SUBSTANCE_USE),
        # 45 CFR 164.508(a)(2): psychotherapy.
        (CPT, "90837", "", Sensitivity.PSYCHOTHERAPY),
        # State law on mental health, such as 740 ILCS 110.
        (ICD, "F32.9", "", Sensitivity.MENTAL_HEALTH),
        (ICD, "R45.851", "", Sensitivity.MENTAL_HEALTH),
        (ICD, "X78.0XXA", "", Sensitivity.MENTAL_HEALTH),
        (TEXT, "lexapro", "", Sensitivity.MENTAL_HEALTH),
        # State law on HIV, such as N.Y. Pub. Health Law 2782: also that somebody was tested.
        (ICD, "B20", "", Sensitivity.HIV),
        (ICD, "Z21", "", Sensitivity.HIV),
        (ICD, "O98.711", "", Sensitivity.HIV),
        (ICD, "Z11.4", "", Sensitivity.HIV),
        (LOINC, "56888-1", "", Sensitivity.HIV),
        (TEXT, "Truvada for PrEP", "", Sensitivity.HIV),
        # Infections passed on by sex, such as Fla. Stat. 384.29.
        (ICD, "A56.01", "", Sensitivity.SEXUAL_HEALTH),
        (ICD, "Z11.3", "", Sensitivity.SEXUAL_HEALTH),
        # RCW 19.373, Cal. Civ. Code 56.108.
        (ICD, "O80", "", Sensitivity.REPRODUCTIVE),
        (ICD, "Z30.430", "", Sensitivity.REPRODUCTIVE),
        (RXNORM, "6916", "", Sensitivity.REPRODUCTIVE),
        (ICD, "N95.1", "", Sensitivity.HEALTH),  # menopause
        # Cal. Civ. Code 56.109.
        (ICD, "F64.0", "", Sensitivity.GENDER),
        (ICD, "Z87.890", "", Sensitivity.GENDER),
        (ICD, "Z87.891", "", Sensitivity.HEALTH),  # smoked once
        # GINA, 45 CFR 160.103.
        (ICD, "Z15.01", "", Sensitivity.GENETIC),
        (CPT, "81162", "", Sensitivity.GENETIC),
        # 45 CFR 164.512(c).
        (ICD, "T74.11XA", "", Sensitivity.VIOLENCE),
        (SNOMED, "706893006", "Victim of intimate partner abuse (finding)", Sensitivity.VIOLENCE),
        # Nothing more special is known.
        (ICD, "E11.9", "", Sensitivity.HEALTH),
        (SNOMED, "123456789", "", Sensitivity.HEALTH),
        (TEXT, "rash on left elbow", "", Sensitivity.HEALTH),
        (System.NDC, "0002-1433-80", "", Sensitivity.HEALTH),
    ],
)
def test_says_how_telling_a_code_is(system: System, code: str, name: str, sensitivity: Sensitivity) -> None:
    assert sensitivity_of(system, code, name=name) is sensitivity


def test_tells_every_class_of_a_code_that_has_several() -> None:
    assert sensitivities_of(ICD, "O98.711") == {Sensitivity.HIV, Sensitivity.REPRODUCTIVE}
    assert sensitivities_of(ICD, "E11.9") == {Sensitivity.HEALTH}


def test_gives_the_strictest_of_several_classes() -> None:
    assert strictest(frozenset(Sensitivity)) is Sensitivity.SUBSTANCE_USE
    assert strictest(frozenset({Sensitivity.CONTACT, Sensitivity.IDENTITY})) is Sensitivity.CONTACT
    assert strictest(frozenset()) is Sensitivity.NONE


@given(st.sampled_from(System), st.text(max_size=40), st.text(max_size=80))
def test_reads_whatever_it_is_given_and_finds_nothing_harmless(system: System, code: str, name: str) -> None:
    assert value_sets_of(system, code, name=name) <= VALUE_SETS.keys()
    assert sensitivity_of(system, code, name=name).is_health


@pytest.mark.parametrize("one", VALUE_SETS.values(), ids=lambda one: one.key)
def test_every_value_set_finds_its_own_members(one) -> None:
    members = [
        *((ICD, code) for code in one.icd),
        *((SNOMED, code) for code in one.snomed),
        *((RXNORM, code) for code in one.rxnorm),
        *((CVX, code) for code in one.cvx),
        *((LOINC, code) for code in one.loinc),
        *((CPT, code) for code in one.cpt),
        *((CDT, code) for code in one.cdt),
    ]
    full = {"icd": lambda code: code + "00"[: max(0, 3 - len(code))]}[
        "icd"
    ]  # "C" stands for C00 and the rest
    missed = [
        (system, code)
        for system, code in members
        if one.key not in value_sets_of(system, full(code) if system is ICD else code)
    ]
    assert missed == []
    assert one.label
    assert one.kind in SetKind
    assert one.key == one.key.lower()
    assert one.key not in BLOCKS
    assert members or one.words


@pytest.mark.parametrize("one", VALUE_SETS.values(), ids=lambda one: one.key)
def test_every_icd_prefix_of_a_value_set_lies_in_a_block(one) -> None:
    whole = [
        code + "00"[: max(0, 3 - len(code))]
        for code in one.icd
        if code not in {"V", "W", "T0", "T1", "T2", "X7"}
    ]
    assert [code for code in whole if block_of(code) is None] == []


@pytest.mark.parametrize(
    ("code", "name", "keys"),
    [
        ("162573006", "Suspected lung cancer (situation)", set()),
        ("840544004", "Suspected COVID-19", set()),
        ("254637007", "Non-small cell lung cancer (disorder)", {"cancer", "lung_cancer"}),
        (
            "165800004",
            "Suspected human immunodeficiency virus infection",
            {"hiv"},
        ),  # the thought tells enough
        ("1571000087109", "Ultrasonography of bilateral breasts (procedure)", set()),  # and is no mammogram
        ("24623002", "Screening mammography (procedure)", {"mammogram"}),
    ],
)
def test_takes_what_is_only_suspected_or_alike_for_no_member(code: str, name: str, keys: set[str]) -> None:
    assert value_sets_of(SNOMED, code, name=name) == keys


@pytest.mark.parametrize(
    ("system", "code", "name"),
    [
        (ICD, "E11.9", "Type 2 diabetes mellitus without complications"),
        (ICD, "S06.0X0A", "Concussion without loss of consciousness, initial encounter"),
        (ICD, "E11.3211", ("Type 2 diabetes mellitus with mild nonproliferative diabetic retinopathy with macular edema,"
 " right eye")),
        (ICD, "Q99.99", None),
        (ICD, "", None),
        (CVX, "187", "Shingles vaccine"),
        (CPT, "77067", "Mammogram"),
        (SNOMED, "1", None),
    ],
)  # fmt: skip
def test_names_a_code(system: System, code: str, name: str | None) -> None:
    assert name_of(system, code) == name
