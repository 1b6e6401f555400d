"""A page's form as a browser would send it, read out of the HTML."""

from html.parser import HTMLParser
from typing import Any


class Fields(HTMLParser):
    """The fields of the page's forms, as a browser would send them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: list[tuple[str, str]] = []
        self.area = self.select = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        given = dict(attrs)
        if tag == "input" and given.get("name"):
            if given.get("type") in {"checkbox", "radio"} and "checked" not in given:
                return
            if given.get("type") != "submit":
                self.fields.append((given["name"], given.get("value") or ""))
        elif tag == "textarea":
            self.area = given["name"]
            self.fields.append((self.area, ""))
        elif tag == "select":
            self.select = given["name"]
        elif tag == "option" and "selected" in given:
            self.fields.append((self.select, given.get("value") or ""))

    def handle_data(self, data: str) -> None:
        if self.area:
            name, before = self.fields[-1]
            self.fields[-1] = (name, before + data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.area = ""


def form_with(page: str, name: str) -> str:
    """The one form of a page that has a field of this name; nothing where there is none."""
    forms = [part.split("</form>")[0] for part in page.split("<form")[1:]]
    return next((form for form in forms if f'name="{name}"' in form), "")
