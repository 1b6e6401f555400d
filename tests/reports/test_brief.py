"""The brief for a meeting: two pages at the most, and nothing that its reader may not see."""

from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone
from docx import Document
from pypdf import PdfReader

from programme.models import Citation, Event, Source
from programme.services import record_create
from records.matters import PROVIDERS, Found, Heading, Matter, register_matters
from records.models import Visibility
from records.period import Period
from reports.brief import document, files
from reports.brief.word import lines
from tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db


def url(meeting, language="en", format="docx"):
    return reverse("reports:brief-file", args=[meeting.pk, language, format])


def words(answer):
    return "\n".join(paragraph.text for paragraph in Document(BytesIO(answer.content)).paragraphs)


def test_it_says_what_is_awaited_told_differently_and_new(stage):
    meeting = stage.meeting(held=Period.parse("2021-06-01"))
    before = stage.meeting(held=Period.parse("2021-03-01"), title_en="The meeting before")
    stage.obligation(stage.resolution(before), text_en="Send the minutes", due_on=date(2021, 4, 1))
    record_create(
        record=Citation(
            programme=stage.programme, visibility="public", source=Source.objects.first(),
            subject_kind="area", subject_id=stage.areas[0].pk, field="name", disagrees=True,
            claim_en="Traffic",
        ),
        original="en",
        by=SYSTEM,
    )  # fmt: skip
    said = words(stage.client("moscow_editor").get(url(meeting)))
    assert "Send the minutes" in said
    assert "Name: Transport" in said
    assert "A page: Traffic" in said
    assert "since the last meeting, 1 March 2021" in said
    assert "nothing is overdue any more" in said


@pytest.mark.parametrize(("who", "sees"), [("moscow_editor", True), ("beijing_editor", False)])
def test_it_holds_only_what_its_reader_sees(stage, who, sees):
    meeting = stage.meeting()
    point = stage.resolution(meeting)
    stage.obligation(point, visibility=Visibility.OWN, text_en="HIDDEN obligation")
    answer = stage.client(who).get(url(meeting))
    assert ("HIDDEN" in words(answer)) is sees
    assert answer["Cache-Control"] == "private, no-store"


def test_it_is_there_for_meetings_only_and_for_those_who_sign_in(stage):
    forum = Event.objects.get(kind="forum")
    hidden = stage.meeting(visibility=Visibility.OWN)
    client = stage.client("beijing_editor")
    assert client.get(url(forum)).status_code == 404
    assert client.get(url(hidden)).status_code == 404
    assert stage.client("anonymous").get(url(stage.meeting())).status_code == 302


@pytest.fixture
def many(stage):
    """Far more than two pages hold, in the widest words."""

    def provide(occasion, most):
        matter = Matter(text="双方商定每季度交换地铁客流数据。" * 20, detail="说明" * 150)
        return Found([matter] * most, 500)

    for heading in Heading:
        register_matters(heading, provide)
    yield stage.meeting(title_en="Long " * 70)
    for heading in Heading:
        PROVIDERS[heading].remove(provide)


@pytest.mark.parametrize("language", ["en", "ru", "zh-hans"])
def test_two_pages_hold_it_whatever_there_is(stage, many, language):
    made = document.brief(many, stage.actor("moscow_editor"), language, timezone.now())
    assert len(PdfReader(BytesIO(files.file_of(made, "pdf"))).pages) == 2
    cut = [document.cut(made, most) for most in files.LIMITS]
    assert any(lines(short) <= files.LINES for short in cut)
    assert all(section["more"] for section in cut[-1]["sections"])
    text = Document(BytesIO(files.file_of(made, "docx")))
    assert len(text.paragraphs) < 80


def test_uncut_it_would_not_fit(stage, many, monkeypatch):
    monkeypatch.setattr(files, "PAGES", 99)
    made = document.brief(many, stage.actor("moscow_editor"), "zh-hans", timezone.now())
    assert len(PdfReader(BytesIO(files.file_of(made, "pdf"))).pages) > 2


def test_its_queries_do_not_grow(stage, django_assert_max_num_queries):
    meeting = stage.meeting()
    point = stage.resolution(meeting)
    for _number in range(6):
        stage.obligation(point)
    actor = stage.actor("moscow_editor")
    document.brief(meeting, actor, "en", timezone.now())
    with django_assert_max_num_queries(14):
        document.brief(meeting, actor, "en", timezone.now())
