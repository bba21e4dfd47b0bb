"""Addresses of the pages about requests for what we hold: ids only."""

from django.urls import path

from bedside.doors.web.requests import copies, views

urlpatterns = [
    path("", views.listing, name="requests"),
    path("<uuid:access_request_id>/copy/", copies.copy, name="request_copy"),
    path("<uuid:access_request_id>/extend/", views.extend, name="request_extend"),
    path("<uuid:access_request_id>/answered/", views.answered, name="request_answered"),
]
