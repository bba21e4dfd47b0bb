"""Clinical records on their way in, FHIR and HL7 v2, from files and from the other doors; see README.md above."""
