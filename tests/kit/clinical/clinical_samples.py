"""Invented patients and messages that the tests of this folder share."""

from __future__ import annotations

import copy
from zoneinfo import ZoneInfo

import orjson

ZONE = ZoneInfo("America/Chicago")

JANE = {
    "resourceType": "Patient",
    "id": "jane-1",
    "meta": {"lastUpdated": "2026-03-01T09:00:00.123-06:00"},
    "active": True,
    "identifier": [
        {
            "use": "usual",
            "type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MR"}]},
            "system": "http://maple.example/mrn",
            "value": " MS-1001 ",
        },
        {
            "type": {"coding": [{"code": "SS"}]},
            "system": "http://hl7.org/fhir/sid/us-ssn",
            "value": "000-00-0000",
        },
        {"system": "urn:oid:2.16.840.1.113883.4.1", "value": "000-00-0001"},
    ],
    "name": [
        {"use": "official", "family": "Roe", "given": ["Jane", "Ann"], "prefix": ["Mrs."], "suffix": ["II"]},
        {"use": "maiden", "family": "Doe", "given": ["Jane"], "period": {"end": "2010-06"}},
    ],
    "telecom": [
        {"system": "email", "value": "old@example.org", "use": "old", "rank": 1},
        {"system": "phone", "value": "555-0101", "use": "home"},
        {"system": "email", "value": "jane@example.org", "use": "home", "rank": 2},
        {"system": "email", "value": "first@example.org", "rank": 1},
    ],
    "gender": "female",
    "birthDate": "1984-02-29",
    "deceasedBoolean": False,
    "address": [
        {
            "use": "home",
            "line": ["12 Maple Street", "Apt 3"],
            "city": "Springfield",
            "state": "IL",
            "postalCode": "62701",
            "country": "US",
        }
    ],
    "communication": [
        {"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": "es"}]}, "preferred": True},
        {"language": {"text": "English"}},
    ],
    "generalPractitioner": [{"reference": "Practitioner/ash"}],
    "managingOrganization": {"reference": "Organization/maple"},
    "link": [{"type": "replaces", "other": {"reference": "Patient/jane-0"}}],
}


def jane(**changed):
    """Jane with some elements changed; None takes one away."""
    found = {**copy.deepcopy(JANE), **changed}
    return {key: value for key, value in found.items() if value is not None}


def as_line(resource):
    return orjson.dumps(resource) + b"\n"


ADT = (
    "MSH|^~\\&|EHR|MAPLE^1.2.3^ISO|BEDSIDE|MAPLE|20261102093015-0600||ADT^A08^ADT_A01|MSG-1|P|2.5.1||||||UNICODE UTF-8\r"
    "EVN|A08|20261102093000-0600\r"
    "PID|1||MS-1001^^^MAPLE^MR~000-00-0000^^^USA^SS||Roe^Jane^Ann^II^^^L~Doe^Jane^^^^^M||19840229|F|||"
    "12 Maple Street^Apt 3^Springfield^IL^62701^USA^H||"
    "555-0101^PRN^PH~^NET^Internet^jane@example.org|555-0102^WPN^PH|es\r"
    "PD1||||77^Ash^Alex^^^^^^NPI\r"
    "PV1|1|O|CLINIC^1^^MAPLE||||77^Ash^Alex^^^^^^NPI||||||||||||V-500|||||||||||||||||||||||||20261102090000-0600\r"
    "DG1|1||E11.9^Type 2 diabetes^I10||20261102|F\r"
)

SIU = (
    "MSH|^~\\&|EHR|MAPLE|BEDSIDE|MAPLE|20261102093015||SIU^S12^SIU_S12|MSG-2|P|2.5.1\r"
    "SCH|P-1|F-9||||ROUTINE^Routine^HL70276|CHECKUP^Check-up^L|FOLLOWUP^Follow-up^HL70277|30|MIN|"
    "^^^20261201140000^20261201143000||||||||||||||Booked\r"
    "PID|1||MS-1001^^^MAPLE^MR||Roe^Jane\r"
    "RGS|1\r"
    "AIS|1||CHECKUP|20261201140000|||30|MIN\r"
    "AIP|1||77^Ash^Alex^^^^^^NPI\r"
    "AIL|1||CLINIC^1^^MAPLE\r"
)

A40 = (
    "MSH|^~\\&|EHR|MAPLE|BEDSIDE|MAPLE|20261102093015||ADT^A40^ADT_A39|MSG-3|P|2.5.1\r"
    "EVN|A40|20261102093000\r"
    "PID|1||MS-1001^^^MAPLE^MR||Roe^Jane\r"
    "MRG|MS-0999^^^MAPLE^MR\r"
)
