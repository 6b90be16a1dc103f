"""What a WSGI server starts: `gunicorn wsgi:app`. What must not start says why, without a traceback."""

from __future__ import annotations

from config import Settings
from peerreview import create_app
from peerreview.errors import BadDefinition, BadSetting
from peerreview.scheduler import work_beside

# gunicorn's own code for "the application could not be loaded": its master then stops instead of
# starting workers that fail for ever.
COULD_NOT_LOAD = 4

try:
    settings = Settings()
    app = create_app(settings)
except (BadSetting, BadDefinition) as error:
    # Only here: it makes gettext speak the language of whoever started this, which the pages ask nobody for.
    from peerreview.commands import saying

    saying.refuse(error, COULD_NOT_LOAD)

if settings.run_worker:
    work_beside(app.extensions["house"])
