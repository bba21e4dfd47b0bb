"""Addresses of the pages about sign-up forms, and the one by which other systems send people."""

from django.urls import path

from bedside.doors.web.signups import building, intake, keys

urlpatterns = [
    path("sign-ups/", building.forms, name="signups"),
    path("sign-ups/new/", building.start, name="signup_new"),
    path("sign-ups/keys/", keys.keys, name="intake_keys"),
    path("sign-ups/<uuid:signup_form_id>/", building.form, name="signup"),
    path("sign-ups/<uuid:signup_form_id>/check/", building.check, name="signup_check"),
    path("sign-ups/<uuid:signup_form_id>/publish/", building.publish, name="signup_publish"),
    path("sign-ups/<uuid:signup_form_id>/retire/", building.retire, name="signup_retire"),
    path("intake/v1/people", intake.people, name="intake_people"),
]
