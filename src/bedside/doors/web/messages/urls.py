"""Addresses of the pages about messages."""

from django.urls import path

from bedside.doors.web.messages import branding, editing, frames, lists, previewing, quality

urlpatterns = [
    path("", lists.messages, name="messages"),
    path("new/", lists.start, name="message_new"),
    path("new/<slug:starter>/look/", frames.starter, name="message_starter_frame"),
    path("brand/", branding.brand, name="message_brand"),
    path("brand/look/", branding.look, name="message_brand_frame"),
    path("<uuid:message_id>/", editing.message, name="message"),
    path("<uuid:message_id>/check/", editing.check, name="message_check"),
    path("<uuid:message_id>/quality/", quality.quality, name="message_quality"),
    path("<uuid:message_id>/links/", quality.ask_links, name="message_links"),
    path("<uuid:message_id>/advanced/", editing.to_advanced, name="message_advanced"),
    path("<uuid:message_id>/look/", frames.look, name="message_frame"),
    path("<uuid:message_id>/preview/", previewing.preview, name="message_preview"),
    path("<uuid:message_id>/history/", previewing.history, name="message_history"),
    path("<uuid:message_id>/history/<int:revision>/", previewing.revision, name="message_revision"),
    path("<uuid:message_id>/copy/", lists.copy, name="message_copy"),
    path("<uuid:message_id>/archive/", lists.archive, name="message_archive"),
    path("<uuid:message_id>/restore/", lists.restore, name="message_restore"),
]
