"""The WSGI application of the web and the pick-up door."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bedside.config.settings")

from django.core.wsgi import get_wsgi_application

from bedside.ground import logs
from bedside.ground.collecting import collect_seldom
from bedside.ground.memory import keep_to_itself

keep_to_itself()
logs.configure()
application = get_wsgi_application()
collect_seldom()
