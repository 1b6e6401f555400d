"""The page of a profile: what its own city sees, what the other one does, what is logged."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from experts.models import Expert, ExpertAccess, ExpertiseRequest, Invitation, Work
from experts.services.experts import contact_write, work_create
from tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db

PARTS = {
    "affiliation": "Institute of Signals",
    "summary": "Twenty years of moving blocks",
    "orcid": "0000-0002-1825-0097",
    "publications": "On headways",
    "engagements": "Big Circle Line",
}


def full(stage, **values):
    expert = stage.expert(
        russian_name="Орлова Анна",
        chinese_name="奥尔洛娃",
        affiliation_en=PARTS["affiliation"],
        summary_en=PARTS["summary"],
        orcid=PARTS["orcid"],
        languages={"ru": "native", "en": "C1"},
        **values,
    )
    for kind, part in (("publication", "publications"), ("engagement", "engagements")):
        work_create(work=Work(expert=expert, kind=kind, title=PARTS[part]), by=SYSTEM)
    contact_write(
        expert=expert, changes={"email": "anna@example.org", "phone": "+7 495"}, base_version=0, by=SYSTEM
    )
    return expert


def page(stage, name, expert):
    return stage.client(name).get(reverse("experts:expert-detail", args=[expert.pk]))


def shows(response):
    text = response.content.decode()
    return {part for part, words in PARTS.items() if words in text}


@pytest.mark.parametrize(
    "covers", [[], ["summary"], ["affiliation", "publications"], ["orcid", "engagements"], list(PARTS)]
)
def test_the_other_city_sees_what_the_consent_covers_and_its_own_sees_all(stage, covers):
    expert = full(stage, covers=covers)
    assert shows(page(stage, "beijing_editor", expert)) == set(covers)
    assert shows(page(stage, "moscow_editor", expert)) == set(PARTS)


def test_names_fields_languages_and_availability_are_always_covered(stage):
    text = page(stage, "beijing_editor", full(stage, covers=[])).content.decode()
    for words in ("Anna Orlova", "Орлова Анна", "奥尔洛娃", "Metro signalling", "Russian", "available"):
        assert words in text
    assert "keeps to itself: affiliation, summary, ORCID, publications, past engagements" in text


def test_an_expired_consent_hides_a_profile_at_once(stage):
    expert = full(stage)
    assert page(stage, "beijing_editor", expert).status_code == 200
    given = timezone.localdate() - timedelta(days=10)
    Expert.objects.filter(pk=expert.pk).update(
        consent_given_on=given, consent_expires_on=timezone.localdate() - timedelta(days=1)
    )
    assert page(stage, "beijing_editor", expert).status_code == 404
    own = page(stage, "moscow_editor", expert).content.decode()
    assert "consent expired" in own
    assert "Nothing but the counts of fields." in own


def test_withdrawing_the_consent_hides_a_profile_at_once(stage):
    expert = full(stage)
    stage.client("moscow_editor").post(
        reverse("experts:consent-withdraw", args=[expert.pk]), {"version": expert.version}
    )
    assert page(stage, "beijing_editor", expert).status_code == 404
    assert page(stage, "moscow_editor", expert).status_code == 200


@pytest.mark.parametrize("name", ["moscow_editor", "beijing_editor"])
def test_no_profile_page_shows_contact_details(stage, name):
    text = page(stage, name, full(stage)).content.decode()
    assert "anna@example.org" not in text
    assert "+7 495" not in text


def test_contact_details_are_shown_to_the_own_city_on_request_and_that_is_logged(stage):
    expert = full(stage)
    url = reverse("experts:expert-contact", args=[expert.pk])
    answer = stage.client("moscow_editor").post(url)
    assert "anna@example.org" in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    looked = ExpertAccess.objects.get(expert=expert)
    assert (looked.act, looked.user) == ("contact", stage.people["moscow_editor"])
    assert stage.client("moscow_editor").get(url).status_code == 405


def invite(stage, expert, state):
    today = timezone.now()
    common = {"programme": stage.programme, "visibility": "shared"}
    request = ExpertiseRequest.objects.create(city=stage.cities["BJS"], title_en="Help", **common)
    return Invitation.objects.create(
        request=request, expert=expert, state=state, released_at=today, answered_at=today, **common
    )


@pytest.mark.parametrize(("state", "status"), [("released", 403), ("accepted", 200)])
def test_the_other_city_reads_contact_details_only_with_an_accepted_invitation(stage, state, status):
    expert = full(stage)
    invite(stage, expert, state)
    client, url = stage.client("beijing_editor"), reverse("experts:expert-contact", args=[expert.pk])
    answer = client.post(url)
    assert answer.status_code == status
    assert ("anna@example.org" in answer.content.decode()) is (status == 200)
    assert ExpertAccess.objects.filter(expert=expert, act="contact").count() == (status == 200)
    why = "Contact details are shown to the asking city once the expert has accepted"
    assert (why in page(stage, "beijing_editor", expert).content.decode()) is (status == 403)


def test_looks_of_the_other_city_are_logged_once_an_hour_and_shown_to_the_own_city(stage):
    expert = full(stage)
    page(stage, "moscow_editor", expert)
    assert not ExpertAccess.objects.filter(expert=expert).exists()
    for _ in range(2):
        page(stage, "beijing_editor", expert)
    page(stage, "beijing_coordinator", expert)
    looks = ExpertAccess.objects.filter(expert=expert, act="viewed")
    assert looks.count() == 2
    with connection.cursor() as cursor:  # an hour later; the log itself does not change
        cursor.execute("ALTER TABLE experts_expertaccess DISABLE TRIGGER USER")
        cursor.execute("UPDATE experts_expertaccess SET at = at - interval '61 minutes'")
        cursor.execute("ALTER TABLE experts_expertaccess ENABLE TRIGGER USER")
    page(stage, "beijing_editor", expert)
    assert looks.count() == 3
    assert "Beijing Editor" in page(stage, "moscow_editor", expert).content.decode()
    assert "Beijing Editor</strong> viewed" not in page(stage, "beijing_editor", expert).content.decode()


def test_the_past_of_a_profile_is_its_own_citys(stage):
    expert = full(stage, covers=[])
    url = reverse("overview:compare", args=["expert", expert.pk])
    assert stage.client("moscow_editor").get(url).status_code == 200
    assert stage.client("beijing_editor").get(url).status_code == 404


def test_acts_say_why_they_are_not_possible(stage):
    draft = stage.expert(published=False)
    own = page(stage, "moscow_secretary", draft).content.decode()
    assert "A profile without a field of expertise is found by nobody." in own
    assert "A city vouches for its experts by its coordinators and secretaries." in (
        page(stage, "moscow_editor", draft).content.decode()
    )


def test_publishing_suspending_and_confirming(stage):
    expert = full(stage)
    secretary = stage.client("moscow_secretary")

    def act(name):
        expert.refresh_from_db()
        secretary.post(reverse(f"experts:expert-{name}", args=[expert.pk]), {"version": expert.version})
        expert.refresh_from_db()

    act("suspend")
    assert expert.state == "suspended"
    assert page(stage, "beijing_editor", expert).status_code == 404
    act("publish")
    assert expert.state == "published"
    assert page(stage, "beijing_editor", expert).status_code == 200
    Expert.objects.filter(pk=expert.pk).update(confirmed_on=timezone.localdate() - timedelta(days=500))
    act("confirm")
    assert expert.confirmed_on == timezone.localdate()


def test_an_act_on_an_older_version_changes_nothing(stage):
    expert = full(stage)
    url = reverse("experts:expert-suspend", args=[expert.pk])
    answer = stage.client("moscow_secretary").post(url, {"version": expert.version - 1}, follow=True)
    assert "Somebody changed this profile meanwhile." in answer.content.decode()
    expert.refresh_from_db()
    assert expert.state == "published"


@pytest.mark.parametrize("name", ["moscow_editor", "beijing_editor"])
def test_a_profile_takes_few_queries_whatever_it_holds(stage, name):
    expert = full(stage)
    client, url = stage.client(name), reverse("experts:expert-detail", args=[expert.pk])
    client.get(url)
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    for number in range(5):
        work_create(work=Work(expert=expert, title=f"Paper {number}"), by=SYSTEM)
        expert.fields.add(stage.expertise(f"field-{number}", name_en=f"Field {number}"))
    with CaptureQueriesContext(connection) as many:
        client.get(url)
    assert len(many) == len(few) <= 12
