"""People in the administration: accounts and roles through the services, and why somebody sees what."""

import pytest
from django.urls import reverse

from accounts.access import edit_refusal
from accounts.actors import Actor
from accounts.administration import why
from accounts.models import Membership, Role, User
from accounts.services import person_create
from programme.models import Area
from records.jobs import KINDS
from records.models import Change, Job, Visibility, grounds
from records.registry import registry
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db
PEOPLE = "/admin/accounts/user/"


@pytest.fixture
def admin(stage):
    return stage.client("administrator")


@pytest.fixture
def moscow_admin(stage):
    stage.people["moscow_admin"] = person_create(
        email="ma@example.org", name="Moscow admin", password="x" * 14,
        city=stage.cities["MOW"], roles=[Role.ADMINISTRATOR],
    )  # fmt: skip
    return stage.client("moscow_admin")


def data(person=None, roles=(), **values):
    """What the page of a person posts."""
    kept = Membership.objects.filter(user=person) if person else []
    rows = [*roles]
    posted = {
        "email": "new@example.org", "name": "New", "city": "", "organisation": "", "language": "en",
        "timezone": "UTC", "deputy": "", "is_active": "on", "password": PASSWORD,
        "memberships-TOTAL_FORMS": len(rows) + len(kept), "memberships-INITIAL_FORMS": len(kept),
    }  # fmt: skip
    if person:
        posted |= {"email": person.email, "name": person.name, "city": str(person.city_id or "")}
        posted["is_staff"] = "on" if person.is_staff else ""
    for number, membership in enumerate(kept):
        start = f"memberships-{number}"
        posted |= {
            f"{start}-id": membership.pk, f"{start}-user": person.pk,
            f"{start}-city": str(membership.city_id or ""), f"{start}-role": membership.role,
        }  # fmt: skip
    for number, (role, city) in enumerate(rows, start=len(kept)):
        posted |= {
            f"memberships-{number}-role": role,
            f"memberships-{number}-city": str(city.pk) if city else "",
        }
    return {name: value for name, value in (posted | values).items() if value != ""}


def test_a_person_is_made_with_roles_and_signs_in(stage, admin):
    moscow = stage.cities["MOW"]
    answer = admin.post(
        f"{PEOPLE}add/", data(roles=[("editor", moscow), ("reader", None)], city=str(moscow.pk))
    )
    assert answer.status_code == 302, answer.context["errors"]
    made = User.objects.get(email="new@example.org")
    assert made.check_password(PASSWORD)
    assert set(made.memberships.values_list("role", "city__code")) == {("editor", "MOW"), ("reader", None)}


def test_a_role_in_another_city_is_refused_with_a_sentence_and_nothing_is_saved(stage, admin):
    moscow, beijing = stage.cities["MOW"], stage.cities["BJS"]
    answer = admin.post(f"{PEOPLE}add/", data(roles=[("editor", beijing)], city=str(moscow.pk)))
    assert answer.status_code == 409
    assert "a role stands in the city that its person belongs to" in answer.text
    assert "new@example.org" in answer.text
    assert not User.objects.filter(email="new@example.org").exists()
    person = stage.people["moscow_editor"]
    answer = admin.post(
        f"{PEOPLE}{person.pk}/change/", data(person, roles=[("editor", beijing)], name="Other")
    )
    assert answer.status_code == 409
    person.refresh_from_db()
    assert person.name == "Moscow Editor"
    assert person.memberships.get().city == moscow


def test_an_account_is_edited_with_its_deputy_and_closed(stage, admin):
    person, deputy = stage.people["moscow_editor"], stage.people["moscow_secretary"]
    answer = admin.post(f"{PEOPLE}{person.pk}/change/", data(person, deputy=deputy.pk, name="Renamed"))
    assert answer.status_code == 302, answer.context["errors"]
    person.refresh_from_db()
    assert (person.name, person.deputy) == ("Renamed", deputy)
    assert person.memberships.get().role == "editor"
    admin.post(PEOPLE, {"action": "deactivate_chosen", "_selected_action": [person.pk]})
    assert not User.objects.get(pk=person.pk).is_active
    assert stage.client("moscow_editor").get(f"{PEOPLE}").status_code == 302


def test_a_password_is_set_and_ends_the_sessions(stage, admin):
    person = stage.people["moscow_editor"]
    theirs = stage.client("moscow_editor")
    project = stage.project()
    edit = reverse("projects:project-edit", args=[project.pk])
    assert theirs.get(edit).status_code == 200
    weak = admin.post(f"{PEOPLE}{person.pk}/password/", {"password1": "short", "password2": "short"})
    assert weak.status_code == 422
    new = "another-long-word-7"
    admin.post(
        f"{PEOPLE}{person.pk}/password/", {"usable_password": "true", "password1": new, "password2": new}
    )
    assert User.objects.get(pk=person.pk).check_password(new)
    assert theirs.get(edit).status_code == 302


def test_nobody_changes_their_own_roles_or_city(stage, admin):
    me = stage.people["administrator"]
    moscow = stage.cities["MOW"]
    answer = admin.post(
        f"{PEOPLE}{me.pk}/change/", data(me, roles=[("secretary", moscow)], city=str(moscow.pk))
    )
    assert answer.status_code == 409
    assert "own roles or city" in answer.text
    assert User.objects.get(pk=me.pk).city is None


def test_a_citys_administrator_manages_that_citys_people_only(stage, moscow_admin):
    other = stage.people["beijing_editor"]
    before = other.password
    moscow_admin.post(f"{PEOPLE}{other.pk}/change/", data(other, name="Bent"))
    new = "another-long-word-7"
    answer = moscow_admin.post(
        f"{PEOPLE}{other.pk}/password/", {"usable_password": "true", "password1": new, "password2": new}
    )
    assert answer.status_code == 403
    moscow_admin.post(PEOPLE, {"action": "deactivate_chosen", "_selected_action": [other.pk]})
    beijing = stage.cities["BJS"]
    answer = moscow_admin.post(f"{PEOPLE}add/", data(roles=[("secretary", beijing)], city=str(beijing.pk)))
    assert answer.status_code == 409
    other.refresh_from_db()
    assert (other.name, other.password, other.is_active) == ("Beijing Editor", before, True)
    assert not User.objects.filter(email="new@example.org").exists()
    assert moscow_admin.get(f"{PEOPLE}{stage.people['moscow_editor'].pk}/change/").status_code == 200


# Why somebody sees something


def explained(client, person, asked):
    return client.get(f"{PEOPLE}{person.pk}/why/", {"asked": str(asked)}).context["answer"]


CAST = ("reader", "stranger", "moscow_reader", "moscow_editor", "beijing_editor", "administrator")


@pytest.mark.parametrize("visibility", Visibility.values)
def test_the_answer_is_what_the_rule_says_for_everybody(stage, admin, visibility):
    project = stage.project(visibility=visibility, owner="MOW")
    for name in CAST:
        person = stage.people[name]
        actor = Actor(user=person)
        seen = type(project).objects.visible_to(actor).filter(pk=project.pk).exists()
        answer = explained(admin, person, project.pk)
        assert answer.visible == seen, name
        assert answer.editable == (seen and edit_refusal(actor, project) is None), name
        assert answer.sentences, name


def test_the_sentences_say_why(stage, admin):
    own = stage.project(visibility="own", owner="BJS")
    shared = stage.project()
    people = stage.people
    assert "one of them" in " ".join(explained(admin, people["moscow_reader"], shared.code).sentences)
    answer = explained(admin, people["moscow_editor"], f"http://testserver{own.get_absolute_url()}")
    assert answer.sentences == [
        "The record is the own of Beijing, and only that city sees it.", "This person acts for Moscow.",
    ]  # fmt: skip
    assert (
        "everybody sees it"
        in explained(admin, people["reader"], stage.areas[0].get_absolute_url()).sentences[0]
    )
    assert "lets you read" in explained(admin, people["moscow_reader"], shared.pk).editing[0]
    assert explained(admin, people["reader"], stage.cities["MOW"].pk).visible
    Membership.objects.filter(user=people["moscow_editor"]).delete()
    assert "has no role" in explained(admin, people["moscow_editor"], shared.pk).sentences[-1]


def test_the_answer_tells_the_administrator_nothing_of_a_masked_record(stage, admin):
    own = stage.project(visibility="own", owner="BJS", title_en="Canary")
    address = f"{PEOPLE}{stage.people['beijing_editor'].pk}/why/"
    answer = admin.get(address, {"asked": str(own.pk)})
    assert answer.context["answer"].visible
    assert "Canary" not in answer.text
    assert own.code not in answer.text
    assert admin.get(address, {"asked": own.code}).context["nothing"]


def test_a_changed_rule_changes_the_answer(stage, admin, monkeypatch):
    """The explanation asks the rule itself: what it no longer grants is no longer explained as granted."""
    project = stage.project()
    person = stage.people["moscow_editor"]
    assert explained(admin, person, project.pk).visible

    def stricter(model, viewer, through="", **more):
        found = grounds(model, viewer, through, **more)
        return {name: rule for name, rule in found.items() if name != "shared"}

    monkeypatch.setattr("records.by_kind.cache", {})
    for module in ("records.models", "accounts.administration.why"):
        monkeypatch.setattr(f"{module}.grounds", stricter)
    assert not explained(admin, person, project.pk).visible


def test_every_ground_of_the_rule_has_its_sentence(stage):
    actor = stage.actor("moscow_editor")
    for visibility in Visibility.values:
        record = Area(programme=stage.programme, visibility=visibility, owner_city=stage.cities["MOW"],
                      code=visibility.upper()[:6])  # fmt: skip
        record.save()
        assert why.holding(record, actor) == {visibility}
        assert why.why_seen(actor, record)
        assert set(grounds(Area, actor)) == set(Visibility.values)
    assert all(record_type.visible_to(actor) is not None for record_type in registry)


# Jobs


@pytest.fixture
def job_kind_of_tests(monkeypatch):
    monkeypatch.setitem(KINDS, "t", lambda work: None)
    monkeypatch.setattr("records.jobs.send", lambda pk: True)


def test_a_failed_job_is_tried_again_and_a_waiting_one_stopped(stage, admin, job_kind_of_tests):
    parked = Job.objects.create(kind="t", state="parked", attempts=3, error="ValueError: no")
    waiting = Job.objects.create(kind="t")
    jobs = "/admin/records/job/"
    listed = admin.get(jobs).text
    assert "ValueError: no" in listed
    admin.post(jobs, {"action": "retry_chosen", "_selected_action": [parked.pk]})
    admin.post(jobs, {"action": "cancel_chosen", "_selected_action": [waiting.pk]})
    parked.refresh_from_db()
    waiting.refresh_from_db()
    assert (parked.state, parked.attempts, waiting.state) == ("queued", 0, "cancelled")
    answer = admin.post(jobs, {"action": "retry_chosen", "_selected_action": [waiting.pk]}, follow=True)
    assert "Only a job that has failed" in answer.text


def test_a_job_is_only_looked_at(stage, admin):
    job = Job.objects.create(kind="t", log=[{"at": "2021", "step": "A step", "trace": "Trace"}])
    shown = admin.get(f"/admin/records/job/{job.pk}/change/")
    assert "A step" in shown.text
    assert "Trace" in shown.text
    assert admin.post(f"/admin/records/job/{job.pk}/change/", {"state": "done"}).status_code == 403
    assert Job.objects.get().state == "queued"


def test_what_a_job_of_the_other_city_quotes_is_not_shown(stage, admin):
    job = Job.objects.create(
        kind="t", city=stage.cities["BJS"], state="parked", step="Canary", error="KeyError: Canary",
        log=[{"at": "2021", "step": "Canary", "trace": "Canary"}],
    )  # fmt: skip
    for address in ("/admin/records/job/", f"/admin/records/job/{job.pk}/change/"):
        text = admin.get(address).text
        assert "Canary" not in text
        assert "KeyError" in text
    for lookup in ("error__contains=Canary", "step__startswith=C", "arguments__has_key=x"):
        assert admin.get(f"/admin/records/job/?{lookup}").status_code == 400


def test_the_feed_of_changes_is_only_looked_at(stage, admin):
    stage.project()
    change = Change.objects.latest("id")
    assert str(change.record_id) in admin.get("/admin/records/change/").text
    assert admin.post(f"/admin/records/change/{change.pk}/change/", {"verb": "x"}).status_code == 403
