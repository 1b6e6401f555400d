"""The same person in two scripts: proposed with evidence, merged by a person and never by the machine."""

import random
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.actors import Actor
from attachments.models import Link, Remark
from attachments.services import link_create, remark_write
from experts.duplicates import services
from experts.duplicates.evidence import Known, candidates, evidence, is_proposed, names_agree
from experts.duplicates.merging import pair_merge
from experts.models import (
    DuplicatePair,
    Engagement,
    Expert,
    ExpertContact,
    ExpertiseRequest,
    Invitation,
    Work,
)
from experts.services.experts import contact_write, expert_amend, expert_restore, work_create
from records.errors import EditConflict, Invalid, NotAllowed
from records.models import Change, Job, Visibility
from tests.conftest import SYSTEM
from tests.experts.tables import ROW, as_csv, brought, confirm, run_job

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Анна Орлова", "Anna Orlova"), ("Орлова Анна Сергеевна", "Anna Orlova"), ("王伟", "Wang Wei"),
        ("王小明", "Wang Xiaoming"), ("Ван Вэй", "王伟"), ("Юрий Щербаков", "Yury Shcherbakov"),
        ("Чжан Сяомин", "Zhang Xiaoming"), ("Petrov Ivan", "Ivan Petrov"), ("Xiaoming WANG", "王小明"),
    ],
)  # fmt: skip
def test_names_agree_across_scripts(one: str, other: str) -> None:
    assert names_agree([one], [other])
    assert names_agree([other], [one])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Анна Орлова", "Anna Petrova"),
        ("王伟", "Li Na"),
        ("Иванов Пётр", "Ivanov Sergei"),
        ("王伟", "王芳"),
    ],
)
def test_other_names_do_not(one: str, other: str) -> None:
    assert not names_agree([one], [other])


def test_a_common_name_alone_is_no_evidence_and_two_orcids_speak_against() -> None:
    one, other = Known(1, ("王伟",)), Known(2, ("Wang Wei",))
    assert not is_proposed(evidence(one, other))
    one, other = Known(1, ("王伟",), organisation=7), Known(2, ("Wang Wei",), organisation=7)
    assert is_proposed(evidence(one, other))
    assert not evidence(
        Known(1, ("王伟",), orcid="a", organisation=7), Known(2, ("Wang Wei",), orcid="b", organisation=7)
    )


def test_most_pairs_are_never_compared() -> None:
    chance = random.Random(5)
    syllables = (
        "an bo chen da fei gao hua jin kai lan ming ning peng qiang rui shan tao wen xue yong".split()
    )
    people = [
        Known(
            number,
            ("".join(chance.choices(syllables, k=2)) + f" {chance.choice(syllables)}ov{number % 97}",),
            organisation=number % 50,
        )
        for number in range(2_000)
    ]
    compared = sum(1 for _pair in candidates(people))
    assert compared < 2_000 * 1_999 / 2 / 10


@pytest.fixture
def two(stage: Any) -> tuple[Expert, Expert]:
    """One person of Moscow, entered once in Russian and once in Latin letters."""
    metro = stage.cities["MOW"].organisations.first()
    one = stage.expert(russian_name="Анна Орлова", latin_name="", organisation=metro, reference="M-1")
    other = stage.expert(
        latin_name="Anna Orlova", organisation=metro, reference="M-2", orcid="0000-0002-1825-0097",
        published=False, languages={"en": "C1"},
    )  # fmt: skip
    return one, other


def find(stage: Any, city: str = "MOW") -> list[DuplicatePair]:
    job = services.duplicates_ask(city_id=stage.cities[city].pk, by=SYSTEM)
    assert run_job(job.pk).state == "done"
    return list(DuplicatePair.objects.filter(city=stage.cities[city]))


def merge(pair: DuplicatePair, by: Actor, kept: Expert, **more: Any) -> Expert:
    pair = DuplicatePair.objects.select_related("first", "second").get(pk=pair.pk)
    side = "first" if pair.first_id == kept.pk else "second"
    versions = {"first": pair.first.version, "second": pair.second.version}
    return pair_merge(pair=pair, **{"kept": side, "choices": {}, "versions": versions, "by": by, **more})


def side_of(pair: DuplicatePair, expert: Expert) -> str:
    return "first" if pair.first_id == expert.pk else "second"


def test_a_pair_is_proposed_once_with_its_evidence(stage: Any, two: Any) -> None:
    (pair,) = find(stage)
    assert pair.evidence == {"name": 50, "organisation": 20}
    assert {pair.first_id, pair.second_id} == {expert.pk for expert in two}
    assert [each.pk for each in find(stage)] == [pair.pk]
    assert "Orlova" not in str(pair.evidence)
    page = stage.client("moscow_editor").get(pair.get_absolute_url())
    assert "names that agree" in page.text


def test_what_no_longer_looks_alike_is_taken_back(stage: Any, two: Any) -> None:
    find(stage)
    expert_amend(
        expert=two[0], changes={"russian_name": "Ольга Белова"}, base_version=two[0].version, by=SYSTEM
    )
    assert find(stage) == []


def test_two_cities_are_never_a_pair(stage: Any) -> None:
    stage.expert(latin_name="Anna Orlova", affiliation_en="Metro")
    stage.expert(city="BJS", latin_name="Anna Orlova", affiliation_en="Metro")
    assert find(stage) == find(stage, "BJS") == []


def test_another_city_learns_nothing_of_a_pair(stage: Any, two: Any) -> None:
    (pair,) = find(stage)
    for who in ("beijing_coordinator", "reader", "stranger", "administrator"):
        assert stage.client(who).get(pair.get_absolute_url()).status_code == 404
        assert stage.client(who).post(f"{pair.get_absolute_url()}merge/").status_code == 404
        assert stage.client(who).post(f"{pair.get_absolute_url()}dismiss/").status_code == 404
    assert "Orlova" not in stage.client("beijing_coordinator").get("/experts/duplicates/").text


@pytest.mark.parametrize("act", ["merge", "dismiss"])
def test_no_machine_decides(stage: Any, two: Any, act: str) -> None:
    (pair,) = find(stage)
    acts = {
        "merge": lambda: merge(pair, SYSTEM, two[0]),
        "dismiss": lambda: services.pair_dismiss(pair=pair, by=SYSTEM),
    }
    with pytest.raises(NotAllowed, match="never by a machine"):
        acts[act]()
    pair.refresh_from_db()
    assert pair.state == "open"
    merge(pair, stage.actor("moscow_editor"), two[0])  # the control: a person may


def test_dismissed_stays_dismissed(stage: Any, two: Any) -> None:
    (pair,) = find(stage)
    client = stage.client("moscow_editor")
    assert client.post(f"{pair.get_absolute_url()}dismiss/").status_code == 302
    (again,) = find(stage)
    assert (again.state, again.decided_by) == ("dismissed", stage.people["moscow_editor"])
    assert "No two profiles" in client.get("/experts/duplicates/").text
    with pytest.raises(NotAllowed):
        merge(pair, stage.actor("moscow_editor"), two[0])


def test_merging_unites_and_moves_everything(stage: Any, two: Any) -> None:
    stays, goes = two
    goes.fields.add(stage.expertise("flow", name_en="Flow", name_ru="Потоки", name_zh_hans="客流"))
    for expert, title in ((stays, "Shared paper"), (goes, "shared  paper"), (goes, "Own paper")):
        work_create(work=Work(expert=expert, title=title), by=SYSTEM)
    contact_write(expert=goes, changes={"email": "anna@example.org"}, base_version=0, by=SYSTEM)
    request = ExpertiseRequest.objects.create(
        programme=stage.programme, city=stage.cities["BJS"], title_en="Signals", text_en="?", state="open"
    )
    invitation = Invitation.objects.create(
        programme=stage.programme, request=request, expert=goes, state="accepted",
        released_at=timezone.now(), answered_at=timezone.now(),
    )  # fmt: skip
    engagement = Engagement.objects.create(
        programme=stage.programme, request=request, expert=goes, invitation=invitation
    )
    editor = stage.actor("moscow_editor")
    project = stage.project()
    goes.refresh_from_db()
    remark = remark_write(subject=goes, text="Good", language="en", visibility=Visibility.OWN, by=editor)
    link = link_create(subject=goes, target=project, relation="related", by=editor)
    (pair,) = find(stage)
    number = {"reference": side_of(pair, goes)}
    kept = merge(pair, editor, stays, choices=number)
    kept.refresh_from_db()
    goes.refresh_from_db()
    assert (kept.latin_name, kept.russian_name, kept.orcid) == ("Anna Orlova", "Анна Орлова", goes.orcid)
    assert (kept.reference, goes.reference) == ("M-2", "")
    assert kept.consent_given_on == stays.consent_given_on
    assert {field.code for field in kept.fields.all()} == {"metro-signalling", "flow"}
    assert dict(kept.languages.values_list("language", "level")) == {"en": "C1"}
    assert sorted(kept.works.filter(archived_at=None).values_list("title", flat=True)) == [
        "Own paper",
        "Shared paper",
    ]
    assert (goes.merged_into, goes.archived_at is not None) == (kept, True)
    for record in (invitation, engagement):
        record.refresh_from_db()
        assert (record.expert, record.version) == (kept, 2)
    assert ExpertContact.objects.get(expert=kept).email == "anna@example.org"
    assert Remark.objects.get(pk=remark.pk).subject_id == kept.pk
    assert Link.objects.get(pk=link.pk).subject_id == kept.pk
    assert Change.objects.filter(kind="expert", record_id=goes.pk, verb="archived").exists()
    pair.refresh_from_db()
    assert (pair.state, pair.decided_by) == ("merged", stage.people["moscow_editor"])
    with pytest.raises(NotAllowed, match="merged into another"):
        expert_restore(expert=goes, base_version=goes.version, by=editor)


def test_of_two_invitations_on_one_request_the_one_under_way_stays(stage: Any, two: Any) -> None:
    stays, goes = two
    request = ExpertiseRequest.objects.create(
        programme=stage.programme, city=stage.cities["BJS"], title_en="Signals", text_en="?", state="open"
    )
    own = {"visibility": "own", "owner_city": stage.cities["BJS"]}
    held = Invitation.objects.create(programme=stage.programme, request=request, expert=stays, **own)
    ahead = Invitation.objects.create(
        programme=stage.programme, request=request, expert=goes, state="invited"
    )
    (pair,) = find(stage)
    Invitation.objects.filter(pk=held.pk).update(state="invited", visibility="shared")
    with pytest.raises(Invalid, match="withdraw one"):
        merge(pair, stage.actor("moscow_editor"), stays)
    goes.refresh_from_db()
    assert goes.archived_at is None, "nothing of it may stand"
    Invitation.objects.filter(pk=held.pk).update(
        state="shortlisted", visibility="own", owner_city=stage.cities["BJS"]
    )
    kept = merge(pair, stage.actor("moscow_editor"), stays)
    held.refresh_from_db()
    ahead.refresh_from_db()
    assert held.archived_at is not None
    assert (ahead.expert, ahead.archived_at) == (kept, None)


def test_where_both_have_a_value_the_person_chooses(stage: Any, two: Any) -> None:
    stays, goes = two
    for expert, text, email in ((stays, "Metro", "a@example.org"), (goes, "Mosmetro", "b@example.org")):
        expert_amend(
            expert=expert, changes={"affiliation_en": text}, base_version=expert.version, by=SYSTEM
        )
        contact_write(expert=expert, changes={"email": email}, base_version=0, by=SYSTEM)
    (pair,) = find(stage)
    theirs = side_of(pair, goes)
    kept = merge(
        pair, stage.actor("moscow_editor"), stays, choices={"affiliation_en": theirs, "contact": theirs}
    )
    kept.refresh_from_db()
    assert kept.affiliation_en == "Mosmetro"
    assert ExpertContact.objects.get(expert=kept).email == "b@example.org"
    left = ExpertContact.objects.get(expert=goes)
    assert (left.email, left.archived_at is not None) == ("", True)


def test_the_page_merges_what_it_shows(stage: Any, two: Any) -> None:
    stays, goes = two
    contact_write(expert=goes, changes={"email": "anna@example.org"}, base_version=0, by=SYSTEM)
    (pair,) = find(stage)
    client = stage.client("moscow_editor")
    page = client.get(pair.get_absolute_url())
    assert "anna@example.org" not in page.text
    data = {"kept": side_of(pair, stays), "value:reference": side_of(pair, stays)}
    data |= {f"version_{each['side']}": each["expert"].version for each in page.context["experts"]}
    answer = client.post(f"{pair.get_absolute_url()}merge/", data)
    assert answer.url == stays.get_absolute_url()
    goes.refresh_from_db()
    assert goes.merged_into_id == stays.pk
    assert "merged" in client.get(pair.get_absolute_url()).text


def test_a_profile_changed_meanwhile_is_looked_at_again(stage: Any, two: Any) -> None:
    (pair,) = find(stage)
    pair = DuplicatePair.objects.select_related("first", "second").get(pk=pair.pk)
    versions = {"first": pair.first.version, "second": pair.second.version}
    stays = two[0]
    expert_amend(expert=stays, changes={"summary_en": "New"}, base_version=stays.version, by=SYSTEM)
    with pytest.raises(EditConflict):
        merge(pair, stage.actor("moscow_editor"), stays, versions=versions)
    merge(pair, stage.actor("moscow_editor"), stays)  # the control: with the present versions it goes


def test_a_reader_looks_and_does_not_decide(stage: Any, two: Any) -> None:
    (pair,) = find(stage)
    client = stage.client("moscow_reader")
    assert "Your role lets you read, not edit." in client.get(pair.get_absolute_url()).text
    assert client.post(f"{pair.get_absolute_url()}merge/").status_code == 403


def test_it_is_looked_for_after_an_import_and_once_a_night(stage: Any, files: Any) -> None:
    stage.expertise()
    confirm(stage.client("moscow_editor"), brought(stage.client("moscow_editor"), as_csv(ROW)))
    assert Job.objects.filter(kind=services.JOB, arguments__city=str(stage.cities["MOW"].pk)).count() == 1
    Job.objects.filter(kind=services.JOB).delete()
    stage.expert(city="BJS")
    assert services.duplicates_ask_nightly() == 2
    assert services.duplicates_ask_nightly() == 0
    Job.objects.filter(kind=services.JOB).update(
        state="done", created_at=timezone.now() - timedelta(days=1)
    )
    assert services.duplicates_ask_nightly() == 2


def test_a_file_that_names_a_merged_profile_says_so(stage: Any, two: Any, files: Any) -> None:
    (pair,) = find(stage)
    merge(pair, stage.actor("moscow_editor"), two[0])
    content = as_csv(("M-2", "Anna Orlova", "", "", "", ""))
    client = stage.client("moscow_editor")
    (row,) = client.get(brought(client, content).get_absolute_url()).context["plan"].rows
    assert "was merged into" in row.errors[0][1]


def test_pages_ask_few_questions(stage: Any, two: Any, django_assert_max_num_queries: Any) -> None:
    (pair,) = find(stage)
    client = stage.client("moscow_editor")
    client.get("/experts/duplicates/")
    for where in ("/experts/duplicates/", pair.get_absolute_url()):
        with django_assert_max_num_queries(12):
            assert client.get(where).status_code == 200
