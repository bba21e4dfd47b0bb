"""Addresses of the pages about keys."""

from django.urls import path

from bedside.doors.web.keys import views

urlpatterns = [
    path("", views.keys, name="keys"),
    path("progress/", views.progress, name="keys_progress"),
    path("rotate/", views.rotate, name="keys_rotate"),
    path("close/", views.close, name="keys_close"),
    path("<int:key_id>/compromised/", views.compromised, name="key_compromised"),
    path("<int:key_id>/reseal/", views.reseal, name="key_reseal"),
    path("<int:key_id>/destroy/", views.destroy, name="key_destroy"),
    path("requests/<uuid:request_id>/", views.answer, name="key_request"),
]
