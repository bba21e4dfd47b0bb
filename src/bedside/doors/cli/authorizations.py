"""`bedside authorizations`: forms, versions and signed documents. A document's text is never printed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from bedside.doors.cli import authorizations_asking
from bedside.doors.cli.shared import add_group, add_verb, print_result, print_table, scope_for
from bedside.ground.errors import Refusal

if TYPE_CHECKING:
    import argparse


def register(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    group = add_group(verbs, "authorizations", "Forms to sign, and the documents that people signed.")
    add_verb(group, "list", "List the forms, with what is missing and how hard they read.", run_list)
    _form(add_verb(group, "show", "Show what keeps a form from being published, and its versions.", run_show))
    _form(add_verb(group, "publish", "Publish the draft of a form as its next version.", run_publish))
    _patient(
        add_verb(group, "of", "List the documents that a patient signed, and which of them count.", run_of)
    )
    _document(add_verb(group, "verify", "Compute a document anew, and say whether it counts.", run_verify))
    revoke = add_verb(group, "revoke", "Record that a document was taken back.", run_revoke)
    _document(revoke)
    revoke.add_argument(
        "--source", default="letter", help="how it reached you: in_person, phone, paper, letter, email_reply"
    )
    authorizations_asking.add_asking_verbs(group)
    purge = add_verb(group, "purge", "Delete documents whose six years are over.", run_purge)
    purge.add_argument("--yes", action="store_true", help="do it; without this nothing is deleted")


def _form(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("form", metavar="FORM_ID", help="as `bedside authorizations list` shows it")


def _patient(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("patient", metavar="PATIENT_ID")


def _document(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("document", metavar="DOCUMENT_ID", help="as `bedside authorizations of` shows it")


def run_list(chosen: argparse.Namespace) -> None:
    from bedside.records.authorizations import queries

    scope = scope_for(chosen)
    rows: list[dict[str, Any]] = []
    for view in queries.templates(scope):
        judged = queries.judged(scope, view.draft)
        rows.append(
            {
                "id": view.id,
                "name": view.draft.name,
                "version": view.published or "",
                "changed": "yes" if view.changed else "no",
                "missing": len(judged.problems),
                "grade": " ".join(f"{language.value}:{years}" for language, years in judged.grades.items()),
                "retired": "yes" if view.retired_at else "no",
            }
        )
    print_table(chosen, rows, ["id", "name", "version", "changed", "missing", "grade", "retired"])


def run_show(chosen: argparse.Namespace) -> None:
    from bedside.records.authorizations import queries

    scope, form_id = scope_for(chosen), _id(chosen.form)
    view = queries.template(scope, form_id)
    rows: list[dict[str, Any]] = [
        {"what": "missing", "sentence": problem.sentence, "more": problem.citation}
        for problem in queries.judged(scope, view.draft).problems
    ]
    rows += [
        {
            "what": f"version {version.number}",
            "sentence": f"published {version.published_at:%Y-%m-%d %H:%M} UTC",
            "more": version.content_sha256,
        }
        for version in queries.versions(scope, form_id)
    ]
    print_table(chosen, rows, ["what", "sentence", "more"])


def run_publish(chosen: argparse.Namespace) -> None:
    from bedside.ground import clock
    from bedside.records.authorizations import actions, queries

    scope, form_id = scope_for(chosen), _id(chosen.form)
    draft = queries.template(scope, form_id).draft_number
    version_id = actions.publish_version(scope, form_id, based_on=draft, at=clock.now())
    number = queries.version(scope, version_id).number
    print_result(
        chosen,
        {"version_id": str(version_id), "version": number},
        f"Published version {number}: {version_id}",
    )


def run_of(chosen: argparse.Namespace) -> None:
    from bedside.ground import clock
    from bedside.ground.scope import in_scope
    from bedside.records.authorizations import queries
    from bedside.records.patients import actions as patient_actions
    from bedside.records.patients import queries as patients
    from bedside.safeguards.practices.queries import profile

    scope, patient_id = scope_for(chosen), _id(chosen.patient)
    at = clock.now()
    with in_scope(scope):
        patients.get(scope, patient_id)
        patient_actions.note_seen(scope, patient_id, page=chosen.page, at=at)
        found = queries.documents_of(scope, patient_id, today=at.astimezone(profile(scope).zone).date())
    rows: list[dict[str, Any]] = [
        {
            "id": view.id,
            "kind": view.kind.value,
            "signature": view.signature.value,
            "signed_on": view.signed_on,
            "expires_on": view.expires_on or view.expires_event or "",
            "counts": "yes" if view.defect is None else f"no: {view.defect.code} {view.defect.citation}",
        }
        for view in found
    ]
    print_table(chosen, rows, ["id", "kind", "signature", "signed_on", "expires_on", "counts"])


def run_verify(chosen: argparse.Namespace) -> None:
    from bedside.ground import clock
    from bedside.ground.scope import in_scope
    from bedside.records.authorizations import actions, queries
    from bedside.safeguards.practices.queries import profile

    scope, document_id, at = scope_for(chosen), _id(chosen.document), clock.now()
    with in_scope(scope):
        view = queries.document(scope, document_id, today=at.astimezone(profile(scope).zone).date())
        actions.note_seen(scope, document_id, at=at)
        found = queries.verify_document(scope, document_id)
    counts = (
        "it counts"
        if view.defect is None
        else f"it does not count: {view.defect.sentence} ({view.defect.citation})"
    )
    if not found.sound:
        raise Refusal(
            "document_changed", "What is stored is not what was signed; do not rely on this document."
        )
    result = {
        "unchanged": found.sound,
        "sha256": found.rendering_sha256,
        "counts": view.defect is None,
        "defect": view.defect.code.value if view.defect else "",
        "citation": view.defect.citation if view.defect else "",
    }
    print_result(chosen, result, f"Unchanged, SHA-256 {found.rendering_sha256}; {counts}")


def run_revoke(chosen: argparse.Namespace) -> None:
    from bedside.ground import clock
    from bedside.records.authorizations import actions, queries

    scope, document_id, at = scope_for(chosen), _id(chosen.document), clock.now()
    patient_id = queries.document(scope, document_id, today=at.date()).patient_id
    changed = actions.revoke(scope, patient_id, document_id, source=chosen.source, at=at)
    sentence = "Recorded that it was taken back." if changed else "It was not in force; nothing was changed."
    print_result(chosen, {"changed": changed}, sentence)


def run_purge(chosen: argparse.Namespace) -> None:
    from bedside.ground import clock
    from bedside.oversight.retention.actions import purge_documents

    scope = scope_for(chosen)
    if not chosen.yes:
        raise Refusal("say_yes", "This deletes documents for good; say --yes if you mean it.")
    gone = purge_documents(scope, at=clock.now())
    print_result(chosen, {"deleted": gone}, f"Deleted {gone} documents whose six years are over.")


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Refusal("id", "That is no number of a thing here; copy it from a list.") from None
