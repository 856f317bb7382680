"""Drawing the theme's components: small templates of their own, without the page's context."""

from functools import cache

from django.template import Context, Engine, Template
from django.utils.safestring import SafeString


def draw(component: str, **values: object) -> SafeString:
    """Return a component of the theme with these values."""
    return _component(component).render(Context(values))


@cache
def _component(name: str) -> Template:
    """Find a component once in a process: a page draws dozens."""
    return Engine.get_default().get_template(f"theme/components/{name}.html")
