"""Remarks: who says what to whom, and one side's own word that never reaches the other."""

import pytest

from attachments.models import Remark, RemarkMention
from attachments.services import remark_amend, remark_archive, remark_restore
from attachments.templatetags.attachments import said
from records.errors import EditConflict, Invalid, NotAllowed
from records.models import Change

pytestmark = pytest.mark.django_db
SECRET = "We doubt their schedule"


@pytest.fixture
def shared(stage, files):
    return stage.project()


def test_an_own_remark_of_one_side_never_reaches_the_other(stage, shared, remark):
    own = remark(shared, SECRET, visibility="own")
    here = f"/records/project/{shared.pk}/remarks/"
    for role in (
        "beijing_editor",
        "beijing_coordinator",
        "administrator",
        "reader",
        "stranger",
        "anonymous",
    ):
        client = stage.client(role)
        for where in (here, "/", f"/projects/{shared.pk}/"):
            for headers in ({}, {"hx-request": "true"}):
                text = client.get(where, headers=headers).text
                assert SECRET not in text, (role, where)
                assert str(own.pk) not in text, (role, where)
        listed = client.get("/api/v1/remarks").json()["results"]
        filtered = client.get("/api/v1/remarks", {"subject_id": str(shared.pk)}).json()["results"]
        assert listed == filtered == []
        assert client.get(f"/api/v1/remarks/{own.pk}").status_code == 404
        assert client.get("/api/v1/remarks", {"format": "csv"}).text.strip("\ufeff\r\n") == ""
        assert not Remark.objects.visible_to(stage.actor(role)).exists()
    page = stage.client("beijing_editor").get(here)
    assert page.context["page"].paginator.count == 0
    assert "Nobody has made a remark yet" in page.text
    # The control: its own side finds it in all of these places.
    client = stage.client("moscow_reader")
    assert SECRET in client.get(here).text
    assert SECRET in client.get("/").text  # the feed of changes
    assert len(client.get("/api/v1/remarks").json()["results"]) == 1


def test_a_shared_remark_stays_between_the_sides(stage, shared, remark):
    remark(shared, SECRET)
    where = "/api/v1/remarks"
    assert len(stage.client("beijing_editor").get(where).json()["results"]) == 1
    for role in ("reader", "stranger", "anonymous", "administrator"):
        assert stage.client(role).get(where).json()["results"] == []


def test_a_remark_is_public_only_on_a_public_record(stage, shared, remark):
    with pytest.raises(Invalid, match="more people"):
        remark(shared, visibility="public")
    assert remark(stage.project(visibility="public"), visibility="public")


def test_authors_are_named_to_the_sides_only(stage, project, remark):
    remark(project, visibility="public")
    where = f"/records/project/{project.pk}/remarks/"
    assert "Moscow Editor" in stage.client("beijing_editor").get(where).text
    for role in ("anonymous", "stranger", "reader"):
        text = stage.client(role).get(where).text
        assert "A word" in text
        assert "Moscow Editor" not in text


# Editing


def test_only_its_author_edits_a_remark_and_history_keeps_all(stage, shared, remark):
    made = remark(shared, "First")
    for role in ("moscow_secretary", "beijing_coordinator"):
        with pytest.raises(NotAllowed, match="its author"):
            remark_amend(remark=made, changes={"text": "x"}, base_version=1, by=stage.actor(role))
    author = stage.actor("moscow_editor")
    assert remark_amend(remark=made, changes={"text": "Second"}, base_version=1, by=author).version == 2
    with pytest.raises(EditConflict):
        remark_amend(remark=made, changes={"text": "Third"}, base_version=1, by=author)
    assert sorted(row.text for row in made.history.all()) == ["First", "Second"]
    page = stage.client("beijing_editor").get(f"/records/project/{shared.pk}/remarks/")
    assert "edited" in page.text


def test_its_author_or_a_coordinator_of_the_same_side_archives_it(stage, shared, remark):
    made = remark(shared, who="beijing_editor")
    for role in ("moscow_editor", "moscow_secretary", "moscow_reader"):
        with pytest.raises(NotAllowed):
            remark_archive(remark=made, base_version=1, by=stage.actor(role))
    archived = remark_archive(remark=made, base_version=1, by=stage.actor("beijing_coordinator"))
    restored = remark_restore(remark=archived, base_version=2, by=stage.actor("beijing_editor"))
    assert remark_archive(remark=restored, base_version=3, by=stage.actor("beijing_editor")).archived_at
    assert not Remark.objects.live().exists()
    verbs = Change.objects.filter(kind="remark").order_by("version").values_list("verb", flat=True)
    assert list(verbs) == ["created", "archived", "restored", "archived"]


def test_an_empty_remark_is_refused(stage, shared, remark):
    with pytest.raises(Invalid):
        remark(shared, "   ")
    client = stage.client("moscow_editor")
    where = f"/records/project/{shared.pk}/remarks/add/"
    answer = client.post(where, {"text": " ", "language": "en", "visibility": "shared"})
    assert answer.status_code == 422
    assert "Write something first" in answer.text
    answer = client.post(where, {"text": "Слово", "language": "ru", "visibility": "public"})
    assert answer.status_code == 422  # a shared record has no public remarks
    assert "Слово" in answer.text


def test_a_remark_survives_a_login_that_ran_out(stage, shared):
    client = stage.client("moscow_editor")
    where = f"/records/project/{shared.pk}/remarks/add/"
    client.get(where)
    client.cookies.pop("sessionid")
    data = {"text": "Typed for an hour", "language": "en", "visibility": "own"}
    assert client.post(where, data).status_code == 302
    client.force_login(stage.people["moscow_editor"])
    assert "Typed for an hour" in client.get(where).text


# Mentions


def names_of(remark) -> set[str]:
    return {mention.user.name for mention in RemarkMention.objects.filter(remark=remark)}


def test_people_are_named_with_an_at(stage, shared, remark):
    made = remark(shared, "Ask @Beijing Editor, @moscow secretary and a@Moscow Reader.")
    assert names_of(made) == {"Beijing Editor", "Moscow Secretary"}
    author = stage.actor("moscow_editor")
    remark_amend(remark=made, changes={"text": "Ask @Moscow Reader"}, base_version=1, by=author)
    assert names_of(made) == {"Moscow Reader"}


def test_longer_names_come_first_and_chinese_needs_no_space(stage, shared, remark):
    from accounts.models import Role
    from accounts.services import person_create

    for number, name in enumerate(("王伟", "Moscow", "Ёлкина Анна")):
        person_create(
            email=f"p{number}@example.org", name=name, password=None, city=stage.cities["MOW"],
            roles=[Role.READER],
        )  # fmt: skip
    assert names_of(remark(shared, "请@王伟确认 @Moscow Reader @ёлкина анна!")) == {
        "王伟", "Moscow Reader", "Ёлкина Анна",
    }  # fmt: skip


def test_somebody_who_may_not_see_it_is_not_named(stage, shared, remark):
    with pytest.raises(Invalid, match="Beijing Editor may not see this remark"):
        remark(shared, "Look, @Beijing Editor", visibility="own")
    assert not Remark.objects.exists()
    own = remark(shared, "Look, @Moscow Secretary", visibility="own")
    with pytest.raises(Invalid, match="may not see"):
        remark_amend(
            remark=own, changes={"text": "@Beijing Coordinator"}, base_version=1,
            by=stage.actor("moscow_editor"),
        )  # fmt: skip
    own.refresh_from_db()
    assert own.text == "Look, @Moscow Secretary"
    # Those who are no part of the programme are words like any other.
    assert names_of(remark(shared, "@Stranger and @Reader and @Administrator")) == set()


def test_completion_offers_only_people_who_may_see_it(stage, shared):
    where = f"/records/project/{shared.pk}/people/"
    client = stage.client("moscow_editor")

    def offered(**query):
        return {person["name"] for person in client.get(where, query).json()["people"]}

    assert offered(visibility="own") == {"Moscow Editor", "Moscow Reader", "Moscow Secretary"}
    assert offered(visibility="shared", q="bei") == {"Beijing Coordinator", "Beijing Editor"}
    assert offered(visibility="shared", q="coord") == {"Beijing Coordinator"}
    assert offered(visibility="nonsense", q="bei") == set()
    assert offered(visibility="shared", q="(.*") == set()
    assert client.get(where, {"q": "\x00"}).status_code == 200


# How it is shown


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("a\nb\r\nc", "a<br>b<br>c"),
        (
            "see https://a.org/?b=1&c=2.",
            'see <a href="https://a.org/?b=1&amp;c=2" rel="noopener nofollow">https://a.org/?b=1&amp;c=2</a>.',
        ),
        ("javascript:alert(1)", "javascript:alert(1)"),
        (
            'https://x"onmouseover=alert(1)',
            '<a href="https://x" rel="noopener nofollow">https://x</a>&quot;onmouseover=alert(1)',
        ),
    ],
)  # fmt: skip
def test_text_is_shown_as_it_is_written_never_as_html(text, html):
    assert said(text) == html


def test_a_page_shows_it_so(stage, shared, remark):
    remark(shared, "<img src=x onerror=alert(1)>")
    page = stage.client("moscow_editor").get(f"/records/project/{shared.pk}/remarks/").text
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page
