"""Two texts side by side, with what differs between them marked for eyes and ears alike."""

import re
from difflib import SequenceMatcher

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

# A word, one Chinese character (there are no spaces between words), or anything else by itself.
HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
TOKENS = re.compile(rf"[{HAN}]|[^\W{HAN}]+|\s+|.", re.DOTALL)
SENTENCES = re.compile(r"[^.!?。！？\n]*[.!?。！？\n]*\s*")
MANY = 1500  # more words than this are compared by the sentence: the time grows with their square
LITTLE = 0.3  # less in common than this is another text, and marked as a whole


def compared(before: str, after: str) -> tuple[SafeString, SafeString]:
    """Both texts as HTML: what has gone in `<del>`, what has come in `<ins>`."""
    old, new = TOKENS.findall(before), TOKENS.findall(after)
    if max(len(old), len(new)) > MANY:
        old, new = pieces(before), pieces(after)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if before and after and matcher.quick_ratio() < LITTLE:
        return deleted(before), inserted(after)
    left, right = [], []
    for act, a, b, c, d in matcher.get_opcodes():
        gone, come = "".join(old[a:b]), "".join(new[c:d])
        if act == "equal":
            left.append(conditional_escape(gone))
            right.append(conditional_escape(come))
            continue
        left.append(deleted(gone))
        right.append(inserted(come))
    return lines(left), lines(right)


def pieces(text: str) -> list[str]:
    return [piece for piece in SENTENCES.findall(text) if piece]


def deleted(text: str) -> SafeString:
    return marked("del", _("[removed:"), text)


def inserted(text: str) -> SafeString:
    return marked("ins", _("[added:"), text)


def marked(tag: str, spoken: str, text: str) -> SafeString:
    """Screen readers pass over `del` and `ins`, so the words say it too."""
    if not text:
        return mark_safe("")
    return format_html(
        '<{tag}><span class="visually-hidden">{spoken} </span>{text}'
        '<span class="visually-hidden">]</span></{tag}>',
        tag=mark_safe(tag),  # noqa: S308 - one of two
        spoken=spoken,
        text=text,
    )


def lines(parts: list[SafeString]) -> SafeString:
    return mark_safe("".join(parts))  # noqa: S308 - each part is escaped
