"""The WSGI entry."""

import os
from importlib import import_module

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opsflows.settings")
application = get_wsgi_application()
# Before the server forks, so that its workers share the pages of all this instead of each loading it for itself.
import_module("opsflows.urls")
