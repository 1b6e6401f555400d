"""The languages that experts work in, by ISO 639 code, as a reader calls them."""

from django.conf.locale import LANG_INFO
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

FIRST = ("ru", "zh", "en")
CODES = sorted({code for code in LANG_INFO if len(code) in (2, 3)} | {"zh"})


def language_label(code: str) -> str:
    """The name of a language in the reader's own; its code where we have no name for it."""
    if code == "zh":
        return _("Chinese")
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return code


def language_choices() -> list[tuple[str, str]]:
    """All that a profile may name: those of the sides and English first, then by name."""
    rest = sorted(
        ((code, language_label(code)) for code in CODES if code not in FIRST), key=lambda item: item[1]
    )
    return [*((code, language_label(code)) for code in FIRST), *rest]
