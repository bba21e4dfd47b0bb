"""Addresses for signing in and for one's own account: of django-allauth's pages only those we use.

`account_signup`, `account_email` and the like are asked for by name inside allauth, so they lead to a closed door.
"""

from allauth.account import views as allauth_account
from django.urls import include, path

from bedside.doors.web.account import views

urlpatterns = [
    path("", views.own_account, name="own_account"),
    path("practice/", views.switch_practice, name="switch_practice"),
    path("login/", allauth_account.login, name="account_login"),
    path("logout/", allauth_account.logout, name="account_logout"),
    path("inactive/", views.closed, name="account_inactive"),
    path("reauthenticate/", allauth_account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", allauth_account.password_change, name="account_change_password"),
    path("password/forgotten/", views.forgotten, name="account_reset_password"),
    path("password/set/", views.closed, name="account_set_password"),
    path("signup/", views.closed, name="account_signup"),
    path("email/", views.closed, name="account_email"),
    path("email/sent/", views.closed, name="account_email_verification_sent"),
    path("2fa/", include("allauth.mfa.urls")),
]
