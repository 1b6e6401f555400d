"""The page kit: what each component must say, in which language, and to whom."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.template import engines
from django.test import RequestFactory
from django.utils import translation

from records.pages import samples
from records.pages.context import html_lang, page_shell
from records.templatetags import kit

ROOT = Path(settings.BASE_DIR)
LANGUAGES = [code for code, _ in settings.LANGUAGES]


def show(source, language="en", **context):
    with translation.override(language):
        return engines["django"].from_string(source).render(context)


def page(client, language="en", **query):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    return client.get("/dev/kit/", query).content.decode()


# The page as a whole


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_kit_reads_in_each_language(client, language):
    html = page(client, language)
    assert f'<html lang="{html_lang(language)}"' in html
    with translation.override(language):
        assert str(samples.TRANSPORT_AREA) in html


@pytest.mark.django_db
def test_no_page_part_needs_an_inline_script_or_style(client):
    html = page(client)
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=", html)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", html))


@pytest.mark.django_db
def test_every_id_stands_once(client):
    ids = re.findall(r'\sid="([^"]+)"', page(client))
    repeated = {name for name in ids if ids.count(name) > 1}
    # The page shows one form three times.
    assert {name for name in repeated if not name.startswith("id_")} <= {"results"}


def test_every_icon_that_is_named_is_in_the_sprite():
    drawn = set(re.findall(r'<symbol id="([^"]+)"', (ROOT / "static/icons.svg").read_text()))
    named = {sign for _, sign in kit.STATES.values()}
    named |= {sign for sign, _ in kit.VISIBILITIES.values()} | set(kit.ICON_OF_CALLOUT.values())
    for template in (ROOT / "templates").rglob("*.html"):
        text = template.read_text()
        named |= set(re.findall(r'\{% icon "([^"]+)"', text) + re.findall(r'icon_name="([^"]+)"', text))
    assert named <= drawn


# The marks


def test_a_pair_says_who_and_when():
    html = show("{% pair marks %}", marks=samples.pair("given", "awaited"))
    assert 'aria-label="Northport: given (Anna Petrova, 12 March 2021, 14:05); Southport: awaited"' in html
    assert html.count("word-given") == 2  # on the button and in what it opens
    assert html.count("word-awaited") == 2


def test_marks_are_joined_only_when_both_have_given_their_word():
    assert "pair-closed" in show("{% pair marks %}", marks=samples.pair("given", "given"))
    for other in ("awaited", "refused", "unasked"):
        assert "pair-closed" not in show("{% pair marks %}", marks=samples.pair("given", other))


def test_a_refusal_is_barred_and_not_only_coloured():
    assert "word-bar" in show("{% pair marks plain=True %}", marks=samples.pair("given", "refused"))
    assert "word-bar" not in show("{% pair marks plain=True %}", marks=samples.pair("given", "given"))


def test_an_unknown_word_is_refused():
    with pytest.raises(ValueError, match="perhaps"):
        show("{% pair marks %}", marks=samples.pair("given", "perhaps"))


# Texts and sources


def test_a_text_without_translation_is_marked_with_its_language():
    html = show('{% text record "summary" %}', record=samples.METRO)
    assert '<span lang="ru">Единые' in html
    assert "Русский" in html


def test_a_translation_out_of_date_says_so():
    html = show('{% text record "title" %}', "zh-hans", record=samples.METRO)
    plain = show('{% text record "title" plain=True %}', "zh-hans", record=samples.METRO)
    assert "term-warn" in html
    assert "term-warn" not in plain


def test_a_heading_in_the_tab_has_no_badges():
    heading = show('{% text record "title" %}', "zh-hans", record=samples.METRO)
    assert kit.plain_title(heading) == "地铁三语乘客信息服务"


def test_a_citation_shows_its_source_doubt_and_derivation():
    derived = show('{% cite citations "derived" %}', citations=samples.CITATIONS)
    assert "2021年进出口统计公报" in derived
    assert "exports + imports" in derived
    assert "which period it compares with" in show(
        '{% cite citations "doubt" %}', citations=samples.CITATIONS
    )


def test_no_source_no_sign():
    assert show('{% cite citations "nowhere" %}', citations=samples.CITATIONS) == ""


def test_a_fact_without_value_says_that_it_is_not_stated():
    assert "not stated" in show('{% fact "Starts" %} {% endfact %}')


def test_what_people_write_is_escaped():
    record = SimpleNamespace(title="<b>x</b>")
    assert "&lt;b&gt;" in show('{% text record "title" %}', record=record)
    assert "&lt;b&gt;" in show("{% badge text %}", text="<b>x</b>")
    assert "&lt;b&gt;" in show("{% pair marks %}", marks=[samples.mark(samples.NORTH, "given", "<b>x</b>")])


# Actions and lists


def test_a_disabled_action_gives_reason_and_remedy_and_leads_nowhere():
    html = show('{% action "Propose" "/propose" reason="No Chinese text." remedy="Fill it in." %}')
    assert "No Chinese text." in html
    assert "Fill it in." in html
    assert "/propose" not in html


@pytest.mark.django_db
def test_a_chip_removes_its_filter_and_keeps_the_others(client):
    html = page(client, area="transport", state="active", sort="code", page="2")
    links = re.findall(r'class="chip" href="\?([^"]*)"', html)
    assert sorted(link.replace("&amp;", "&") for link in links) == [
        "area=transport&sort=code",
        "state=active&sort=code",
    ]


@pytest.mark.django_db
def test_the_second_page_says_where_it_is(client):
    assert "5–5 of 5" in page(client, page="2")


# Forms


def test_each_language_of_a_text_says_what_it_is():
    html = show('{% translations form "title" record %}', form=samples.ProjectForm(), record=samples.METRO)
    assert re.findall(r'<textarea[^>]*lang="([^"]+)"', html) == ["en", "ru", "zh-Hans"]
    for word in ("original", "translation", "out of date"):
        assert word in html


def test_a_field_in_conflict_shows_all_three_values_and_keeps_mine():
    form = samples.form_in_conflict()
    html = show("{% field form.ends_on %}", form=form)
    assert "2023-12-31" in html  # when it was opened
    assert 'data-theirs="2023-10-31"' in html  # now
    assert 'value="2023-11-30"' in html  # typed
    assert re.search(r'value="mine"\s+checked', html)


def test_the_top_of_a_form_leads_to_each_conflict_and_error():
    html = show("{% form_errors form %}", form=samples.form_in_conflict())
    assert 'href="#id_ends_on_conflict"' in html
    assert "Li Wenjun" in html
    html = show("{% form_errors form %}", form=samples.form_with_errors())
    assert 'href="#id_title_en"' in html
    assert "A project needs a lead on each side." in html


def test_a_version_form_carries_its_version_and_the_user():
    context = {"form": samples.ProjectForm(initial={"version": 7}), "user": SimpleNamespace(pk=5)}
    html = show("{% version_form form %}{% endversion_form %}", **context)
    assert 'data-version="7"' in html
    assert 'data-user="5"' in html
    assert 'name="version" value="7"' in html


# The shell


def test_navigation_leaves_out_what_is_not_served(settings):
    settings.NAVIGATION = [("nowhere:at-all", "Nowhere")]
    request = RequestFactory().get("/")
    assert page_shell(request)["navigation"] == []


def test_an_unknown_theme_is_auto():
    request = RequestFactory().get("/")
    request.COOKIES["theme"] = "<script>"
    assert page_shell(request)["theme"] == "auto"
