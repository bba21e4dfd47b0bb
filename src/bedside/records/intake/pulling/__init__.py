"""Records fetched on a timetable from a FHIR server, by its bulk export (FHIR Bulk Data Access 2.0)."""
