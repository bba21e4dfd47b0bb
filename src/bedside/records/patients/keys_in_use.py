"""What of the patients' tables is sealed under which key, for the vault."""

from bedside.safeguards.vault.columns import Under, declare_column

declare_column("patients_patient", "sealed", under=Under.PERSON)
declare_column("patients_patient", "address_index", under=Under.NOTHING)
declare_column("patients_patient", "mrn_index", under=Under.NOTHING)
