"""Every address of the staff door and what it asks for, written down a second time by hand.

A new page fails `test_every_address` until it stands here; a page whose right changes does, too.
"""

from __future__ import annotations

from enum import Enum
from typing import Final

from bedside.safeguards.staff.rules import Right


class Open(Enum):
    """What an address without a right asks for."""

    ANYBODY = "no sign-in"
    MEMBER = "any member of a practice"
    ACCOUNT = "anybody signed in, by django-allauth's own view"
    CLOSED = "does not exist for anybody"


ADDRESSES: Final[dict[str, Right | Open]] = {
    # signing in and one's own account
    "account_login": Open.ANYBODY,
    "account_logout": Open.ANYBODY,
    "account_reset_password": Open.ANYBODY,
    "mfa_authenticate": Open.ANYBODY,
    "account_reauthenticate": Open.ACCOUNT,
    "account_change_password": Open.ACCOUNT,
    "mfa_index": Open.ACCOUNT,
    "mfa_reauthenticate": Open.ACCOUNT,
    "mfa_activate_totp": Open.ACCOUNT,
    "mfa_deactivate_totp": Open.ACCOUNT,
    "mfa_view_recovery_codes": Open.ACCOUNT,
    "mfa_generate_recovery_codes": Open.ACCOUNT,
    "mfa_download_recovery_codes": Open.ACCOUNT,
    "account_inactive": Open.CLOSED,
    "account_set_password": Open.CLOSED,
    "account_signup": Open.CLOSED,
    "account_email": Open.CLOSED,
    "account_email_verification_sent": Open.CLOSED,
    "own_account": Open.MEMBER,
    "switch_practice": Open.MEMBER,
    # home
    "home": Open.MEMBER,
    "session": Open.MEMBER,
    # the pages of imports
    "imports": Right.IMPORT_PATIENTS,
    "import_new": Right.IMPORT_PATIENTS,
    "import": Right.IMPORT_PATIENTS,
    "import_columns": Right.IMPORT_PATIENTS,
    "import_sheet": Right.IMPORT_PATIENTS,
    "import_forget_columns": Right.IMPORT_PATIENTS,
    "import_confirm": Right.IMPORT_PATIENTS,
    "import_progress": Right.IMPORT_PATIENTS,
    "import_pause": Right.IMPORT_PATIENTS,
    "import_resume": Right.IMPORT_PATIENTS,
    "import_cancel": Right.IMPORT_PATIENTS,
    "import_remove": Right.IMPORT_PATIENTS,
    "import_rejected": Right.IMPORT_PATIENTS,
    # patients
    "patients": Right.SEE_PATIENTS,
    "patient": Right.SEE_PATIENTS,
    "patient_mails": Right.SEE_PATIENTS,
    "patient_add": Right.EDIT_PATIENTS,
    "patient_edit": Right.EDIT_PATIENTS,
    "patient_deceased": Right.EDIT_PATIENTS,
    "patients_export": Right.EXPORT_PATIENTS,
    # what patients agreed to
    "permissions": Right.SEE_PATIENTS,
    "permissions_record": Right.RECORD_CONSENT,
    "representatives": Right.RECORD_CONSENT,
    "permission_review": Right.RECORD_CONSENT,
    "permissions_evidence": Right.EXPORT_PATIENTS,
    "what_if": Right.SEE_PATIENTS,
    "authorization": Right.RECORD_CONSENT,
    # forms to sign, and what was signed
    "forms": Right.RECORD_CONSENT,
    "form_new": Right.RECORD_CONSENT,
    "form_purposes": Right.RECORD_CONSENT,
    "form": Right.RECORD_CONSENT,
    "form_check": Right.RECORD_CONSENT,
    "form_frame": Right.RECORD_CONSENT,
    "form_preview": Right.RECORD_CONSENT,
    "form_publish": Right.RECORD_CONSENT,
    "form_copy": Right.RECORD_CONSENT,
    "form_retire": Right.RECORD_CONSENT,
    "form_rounds": Right.RECORD_CONSENT,
    "form_round": Right.RECORD_CONSENT,
    "form_round_stop": Right.RECORD_CONSENT,
    "form_ask": Right.RECORD_CONSENT,
    "documents": Right.SEE_PATIENTS,
    "document_ask": Right.RECORD_CONSENT,
    "document_paper": Right.RECORD_CONSENT,
    "document": Right.SEE_PATIENTS,
    "document_frame": Right.SEE_PATIENTS,
    "document_scan": Right.SEE_PATIENTS,
    # sign-up forms, and people sent by other systems (with a key of their own)
    "signups": Right.RECORD_CONSENT,
    "signup_new": Right.RECORD_CONSENT,
    "signup": Right.RECORD_CONSENT,
    "signup_check": Right.RECORD_CONSENT,
    "signup_publish": Right.RECORD_CONSENT,
    "signup_retire": Right.RECORD_CONSENT,
    "intake_keys": Right.MANAGE_PRACTICE,
    "intake_people": Open.ANYBODY,
    # the API, which has no session: `tests/doors/api` walks it with keys
    "api_fhir": Open.ANYBODY,
    "api_hl7": Open.ANYBODY,
    "api_patients": Open.ANYBODY,
    "api_import": Open.ANYBODY,
    "api_keys": Right.MANAGE_PRACTICE,
    "suppressions": Right.RECORD_CONSENT,
    "suppression_lift": Right.RECORD_CONSENT,
    "suppression_list": Right.RECORD_CONSENT,
    "suppression_list_bad": Right.RECORD_CONSENT,
    "suppression_list_cancel": Right.RECORD_CONSENT,
    "suppression_list_new": Right.RECORD_CONSENT,
    "suppression_list_undo": Right.RECORD_CONSENT,
    "suppressions_export": Right.EXPORT_PATIENTS,
    # segments
    "segments": Right.BUILD_SEGMENTS,
    "segments_bin": Right.BUILD_SEGMENTS,
    "segment": Right.BUILD_SEGMENTS,
    "segment_new": Right.BUILD_SEGMENTS,
    "segment_duplicate": Right.BUILD_SEGMENTS,
    "segment_count": Right.BUILD_SEGMENTS,
    "segment_remove": Right.BUILD_SEGMENTS,
    "segment_restore": Right.BUILD_SEGMENTS,
    # messages
    "messages": Right.WRITE_MESSAGES,
    "message": Right.WRITE_MESSAGES,
    "message_new": Right.WRITE_MESSAGES,
    "message_starter_frame": Right.WRITE_MESSAGES,
    "message_check": Right.WRITE_MESSAGES,
    "message_advanced": Right.WRITE_MESSAGES,
    "message_frame": Right.WRITE_MESSAGES,
    "message_preview": Right.WRITE_MESSAGES,
    "message_history": Right.WRITE_MESSAGES,
    "message_revision": Right.WRITE_MESSAGES,
    "message_copy": Right.WRITE_MESSAGES,
    "message_archive": Right.WRITE_MESSAGES,
    "message_restore": Right.WRITE_MESSAGES,
    # campaigns
    "campaigns": Right.SEE_REPORTS,
    "campaign": Right.SEE_REPORTS,
    "campaign_progress": Right.SEE_REPORTS,
    "campaign_frame": Right.SEE_REPORTS,
    "campaign_dropping": Right.SEE_REPORTS,
    "campaign_drop_counts": Right.SEE_REPORTS,
    "campaign_confirm_addresses": Right.RECORD_CONSENT,
    "campaign_ask_to_sign": Right.RECORD_CONSENT,
    "campaign_new": Right.RUN_CAMPAIGNS,
    "campaign_kind": Right.RUN_CAMPAIGNS,
    "campaign_audience": Right.RUN_CAMPAIGNS,
    "campaign_message": Right.RUN_CAMPAIGNS,
    "campaign_schedule": Right.RUN_CAMPAIGNS,
    "campaign_review": Right.RUN_CAMPAIGNS,
    "campaign_act": Right.RUN_CAMPAIGNS,
    "campaign_cancel": Right.RUN_CAMPAIGNS,
    "campaign_decide": Right.APPROVE_CAMPAIGNS,
    "campaign_people": Right.SEE_PATIENTS,
    "campaign_person": Right.SEE_PATIENTS,
    "campaign_replay": Right.SEE_PATIENTS,
    "campaign_people_export": Right.EXPORT_PATIENTS,
    "reports": Right.SEE_REPORTS,
    # requests for what is held
    "requests": Right.RECORD_CONSENT,
    "request_copy": Right.EXPORT_PATIENTS,
    "request_extend": Right.RECORD_CONSENT,
    "request_answered": Right.RECORD_CONSENT,
    # the demo's inbox
    "inbox": Right.SEE_PATIENTS,
    "inbox_mail": Right.SEE_PATIENTS,
    "inbox_frame": Right.SEE_PATIENTS,
    # erasures and legal holds
    "erasures": Right.SEE_LEDGER,
    "erasure": Right.SEE_LEDGER,
    "erasure_certificate": Right.SEE_LEDGER,
    "erase_person": Right.ERASE_PATIENTS,
    "holds": Right.ERASE_PATIENTS,
    "hold_place": Right.ERASE_PATIENTS,
    "hold_lift": Right.ERASE_PATIENTS,
    # ledger
    "ledger": Right.SEE_LEDGER,
    "ledger_export": Right.SEE_LEDGER,
    "ledger_entry": Right.SEE_LEDGER,
    "ledger_people": Right.SEE_LEDGER,
    "ledger_proof": Right.SEE_LEDGER,
    "ledger_patient": Right.SEE_LEDGER,
    "ledger_review": Right.SEE_LEDGER,
    "ledger_verification": Right.SEE_LEDGER,
    "ledger_verify": Right.SEE_LEDGER,
    "ledger_verifying": Right.SEE_LEDGER,
    "ledger_key": Right.SEE_LEDGER,
    "ledger_checkpoint": Right.SEE_LEDGER,
    "ledger_export_sealed": Right.SEE_LEDGER,
    # keys
    "keys": Right.SEE_KEYS,
    "keys_progress": Right.SEE_KEYS,
    "keys_rotate": Right.MANAGE_KEYS,
    "keys_close": Right.MANAGE_KEYS,
    "key_compromised": Right.MANAGE_KEYS,
    "key_reseal": Right.MANAGE_KEYS,
    "key_destroy": Right.MANAGE_KEYS,
    "key_request": Right.MANAGE_KEYS,
    # staff
    "staff": Right.MANAGE_STAFF,
    "staff_add": Right.MANAGE_STAFF,
    "staff_member": Right.MANAGE_STAFF,
    "staff_end": Right.MANAGE_STAFF,
    "staff_password": Right.MANAGE_STAFF,
    "staff_second_step": Right.MANAGE_STAFF,
    # settings
    "settings": Right.MANAGE_PRACTICE,
}

# Addresses whose argument is nobody's: they show every member the same.
NOT_OF_A_PRACTICE: Final = frozenset({"message_starter_frame"})
