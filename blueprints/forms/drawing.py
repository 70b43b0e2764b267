"""What templates may ask when they draw a form: `layout`, and the filters `written` and `plain`."""

from flask import Flask

from blueprints.forms import layout
from blueprints.forms.written import plain, written


def init_app(app: Flask) -> None:
    """Makes them known to every template."""
    app.jinja_env.globals["layout"] = layout
    app.add_template_filter(written)
    app.add_template_filter(plain)
