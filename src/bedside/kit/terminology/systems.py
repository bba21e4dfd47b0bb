"""The vocabularies that codes come from, and every name by which hospitals call them."""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Final


class System(StrEnum):
    """A vocabulary. TEXT stands for words without a code, such as a diagnosis typed into a list."""

    ICD10CM = "icd10cm"
    SNOMED = "snomed"
    RXNORM = "rxnorm"
    CVX = "cvx"
    LOINC = "loinc"
    CPT = "cpt"
    HCPCS = "hcpcs"
    CDT = "cdt"
    NDC = "ndc"
    TEXT = "text"


SYSTEM_LABELS: Final[MappingProxyType[System, str]] = MappingProxyType(
    {
        System.ICD10CM: "ICD-10-CM",
        System.SNOMED: "SNOMED CT",
        System.RXNORM: "RxNorm",
        System.CVX: "CVX",
        System.LOINC: "LOINC",
        System.CPT: "CPT",
        System.HCPCS: "HCPCS",
        System.CDT: "CDT",
        System.NDC: "NDC",
        System.TEXT: "Words in a list",
    }
)
"""What people call them."""

_NAMES: Final[MappingProxyType[str, System]] = MappingProxyType(
    {
        name: system
        for system, names in {
            System.ICD10CM: (
                "icd10cm", "icd-10-cm", "icd10", "icd-10", "i10", "i10c", "hl7.org/fhir/sid/icd-10-cm",
                "hl7.org/fhir/sid/icd-10", "2.16.840.1.113883.6.90", "2.16.840.1.113883.6.3",
            ),
            System.SNOMED: (
                "snomed", "sct", "snomed-ct", "snomed ct", "snomedct", "snomedct_us", "scteid",
                "snomed.info/sct", "2.16.840.1.113883.6.96",
            ),
            System.RXNORM: (
                "rxnorm", "rxn", "www.nlm.nih.gov/research/umls/rxnorm", "2.16.840.1.113883.6.88",
            ),
            System.CVX: (
                "cvx", "hl70292", "hl7.org/fhir/sid/cvx", "2.16.840.1.113883.12.292",
                "2.16.840.1.113883.6.59",
            ),
            System.LOINC: ("loinc", "ln", "loinc.org", "2.16.840.1.113883.6.1"),
            System.CPT: (
                "cpt", "cpt4", "cpt-4", "c4", "c5", "www.ama-assn.org/go/cpt", "2.16.840.1.113883.6.12",
            ),
            System.HCPCS: (
                "hcpcs", "hcpcs2", "hpc", "terminology.hl7.org/codesystem/hcpcs",
                "www.cms.gov/medicare/coding/hcpcsreleasecodesets",
                "www.cms.gov/medicare/coding/medhcpcsgeninfo", "2.16.840.1.113883.6.14",
                "2.16.840.1.113883.6.285",
            ),
            System.CDT: (
                "cdt", "cd2", "www.ada.org/cdt", "terminology.hl7.org/codesystem/cdt",
                "2.16.840.1.113883.6.13",
            ),
            System.NDC: ("ndc", "hl7.org/fhir/sid/ndc", "2.16.840.1.113883.6.69"),
            System.TEXT: ("text",),
        }.items()
        for name in names
    }
)  # fmt: skip


@lru_cache(maxsize=1_024)  # the same few names come with every record
def system_of(name: str) -> System | None:
    """The vocabulary that a FHIR address, an OID or an HL7 v2 name means; None if it is none of ours.

    Plain ICD-10 counts as ICD-10-CM: in the United States no other edition is sent. ICD-9 and local codes are None.
    """
    plain = (
        name.partition("|")[0].strip().lower().removeprefix("urn:oid:")
    )  # FHIR puts the version after a bar
    plain = plain.removeprefix("https://").removeprefix("http://").rstrip("/")
    if plain.startswith("snomed.info/sct"):  # with or without edition and version
        return System.SNOMED
    return _NAMES.get(plain)
