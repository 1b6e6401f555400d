"""What every page's shell shows: the navigation, the languages, the theme."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone, translation

THEMES = ("light", "dark", "auto")
THEME_COOKIE = "theme"


def page_shell(request: HttpRequest) -> dict[str, Any]:
    """The context processor for `base.html`."""
    current = translation.get_language() or settings.LANGUAGE_CODE
    theme = request.COOKIES.get(THEME_COOKIE, "auto")
    return {
        "navigation": list(navigation(request.path)),
        "languages": [
            {"code": code, "label": label, "html": html_lang(code), "active": code == current}
            for code, label in settings.LANGUAGES
        ],
        "page_language": html_lang(current),
        "theme": theme if theme in THEMES else "auto",
        "site_name": getattr(settings, "SITE_NAME", ""),
        "support_contact": getattr(settings, "SUPPORT_CONTACT", ""),
        "time_zone": timezone.get_current_timezone_name(),
        "here": request.get_full_path() if request.method in {"GET", "HEAD"} else request.path,
    }


def navigation(path: str) -> Iterator[dict[str, Any]]:
    """The main navigation: `settings.NAVIGATION` lists `(url name, label)`.

    A page that this installation does not serve is left out.
    """
    for name, label in getattr(settings, "NAVIGATION", ()):
        try:
            url = reverse(name)
        except NoReverseMatch:
            continue
        yield {"url": url, "label": label, "active": path == url or (url != "/" and path.startswith(url))}


def html_lang(code: str) -> str:
    """A language code as `lang` wants it: `zh-hans` becomes `zh-Hans`."""
    language, dash, script = code.partition("-")
    return f"{language}{dash}{script.title()}"
