"""Addresses of the patients' pages."""

from django.urls import path

from bedside.doors.pickup import confirming, held, pictures, signing, signing_up, views, why

urlpatterns = [
    path("u/<str:token>", views.unsubscribe, name="unsubscribe"),
    path("u/<str:token>/undo", views.undo, name="unsubscribe_undo"),
    path("p/<str:token>", views.preferences, name="preferences"),
    path("p/<str:token>/why", why.why, name="why"),
    path("p/<str:token>/held", held.held, name="held"),
    path("p/<str:token>/<int:width>", pictures.picture, name="picture"),
    path("r/<str:token>", held.confirm_request, name="confirm_request"),
    path("c/<str:token>", confirming.confirm_address, name="confirm_address"),
    path("a/<str:token>", signing.sign_form, name="sign_form"),
    path("f/<str:token>", signing_up.sign_up, name="sign_up"),
    path("s/<str:token>", signing_up.confirm_signup, name="confirm_signup"),
    path("robots.txt", views.robots, name="robots"),
]
