"""The WSGI application of the web and the pick-up door."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bedside.config.settings")

from django.core.wsgi import get_wsgi_application

from bedside.ground import logs

logs.configure()
application = get_wsgi_application()
