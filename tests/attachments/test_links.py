"""Links: between two records, shown to those who see both."""

import pytest
from django.db import IntegrityError, transaction

from attachments.models import Link
from attachments.services import link_archive, link_create
from records.errors import Invalid, NotAllowed, NotVisible

pytestmark = pytest.mark.django_db


@pytest.fixture
def ends(stage, files):
    return stage.project(visibility="public", title_en="Here"), stage.project(title_en="There")


def link(stage, subject, target, relation="continues", who="moscow_editor"):
    return link_create(subject=subject, target=target, relation=relation, by=stage.actor(who))


def test_both_ends_name_each_other_to_those_who_see_both(stage, ends):
    here, there = ends
    link(stage, here, there)
    pages = {end: f"/records/project/{end.pk}/links/" for end in ends}
    client = stage.client("beijing_editor")
    assert f'href="/projects/{there.pk}/"' in client.get(pages[here]).text
    assert "continues" in client.get(pages[there]).text
    for role in ("anonymous", "reader", "stranger"):
        text = stage.client(role).get(pages[here]).text
        assert "There" not in text
        assert "No other record is linked" in text


def test_a_link_to_one_sides_own_record_is_that_sides(stage, files):
    own = stage.project(visibility="own", title_en="Secret")
    shared = stage.project()
    made = link(stage, shared, own)
    assert (made.visibility, made.owner_city.code) == ("own", "MOW")
    where = f"/records/project/{shared.pk}/links/"
    assert "Secret" in stage.client("moscow_reader").get(where).text
    assert "Secret" not in stage.client("beijing_coordinator").get(where).text
    with pytest.raises(NotVisible):
        link(stage, shared, own, who="beijing_coordinator")


def test_what_no_link_can_be(stage, ends):
    here, there = ends
    link(stage, here, there)
    with pytest.raises(Invalid, match="linked so already"):
        link(stage, here, there)
    with pytest.raises(Invalid, match="to itself"):
        link(stage, here, here)
    with pytest.raises(Invalid, match="relations"):
        link(stage, here, there, "loves")
    with pytest.raises(NotAllowed):
        link(stage, here, there, who="moscow_reader")
    with pytest.raises(IntegrityError), transaction.atomic():
        Link.objects.update(target_id=here.pk)


def test_a_record_is_named_by_the_address_of_its_page(stage, ends):
    here, there = ends
    client = stage.client("moscow_editor")
    where = f"/records/project/{here.pk}/links/add/"

    def add(target):
        return client.post(where, {"relation": "related", "target": target})

    assert add(f"http://testserver/projects/{there.pk}/?x=1#documents").status_code == 302
    assert add(stage.areas[0].get_absolute_url()).status_code == 302
    for target in ("", "nonsense", "http://[", f"/projects/{stage.areas[0].pk}/", "/projects/", "/"):
        assert add(target).status_code == 422, target
    made = Link.objects.get(target_kind="area")
    link_archive(link=made, base_version=1, by=stage.actor("beijing_editor"))
    assert "Transport" not in client.get(f"/records/project/{here.pk}/links/").text


def test_links_take_the_same_queries_however_many(stage, ends, django_assert_max_num_queries):
    here, there = ends
    client, where = stage.client("moscow_editor"), f"/records/project/{here.pk}/links/"
    link(stage, here, there)
    client.get(where)
    with django_assert_max_num_queries(12) as few:
        client.get(where)
    for target in (*stage.areas, stage.provision, stage.programme):
        link(stage, here, target)
    with django_assert_max_num_queries(12) as many:
        client.get(where)
    assert len(few) == len(many)
