"""The pages of a programme: what they say, to whom, and in how many queries."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.actors import Actor
from accounts.order import sides_in_order
from programme.citations import citations_by_record, citations_of
from programme.models import Agreement, Area, Citation, Event, Programme, Provision, Source, Statement
from programme.services import programme_create, record_create
from records.models import Visibility
from records.period import Period

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("tests")
LISTS = ["agreement-list", "event-list", "statement-list", "source-list"]
TODAY = date(2026, 1, 1)


def add(stage, record, visibility=Visibility.PUBLIC, owner=None, **parts):
    record.programme, record.visibility, record.owner_city = stage.programme, visibility, owner
    return record_create(record=record, parts=parts, original="en", by=SYSTEM)


def cite(stage, record, kind, source, **values):
    visibility = values.pop("visibility", Visibility.PUBLIC)
    citation = Citation(subject_kind=kind, subject_id=record.pk, source=source, **values)
    return add(stage, citation, visibility)


def one(stage, model):
    return model.objects.filter(programme=stage.programme).first()


def records(stage):
    """A public record with a page for each kind of a programme's records."""
    models = (Area, Provision, Agreement, Event, Statement, Source)
    return [
        stage.programme,
        *(one(stage, model) for model in models),
        stage.cities["MOW"].organisations.first(),
    ]


def text(response):
    return response.content.decode()


@pytest.mark.parametrize("language", ["en", "ru", "zh-hans"])
@pytest.mark.parametrize("who", ["anonymous", "stranger", "moscow_editor"])
def test_everybody_reads_public_pages_in_every_language(stage, who, language):
    client = stage.client(who)
    client.cookies["language"] = language
    urls = [reverse(f"programme:{name}") for name in LISTS] + [
        record.get_absolute_url() for record in records(stage)
    ]
    assert {url: client.get(url).status_code for url in urls} == dict.fromkeys(urls, 200)


def test_pages_are_only_read(stage):
    client = stage.client("moscow_editor")
    for url in [*(reverse(f"programme:{name}") for name in LISTS), stage.programme.get_absolute_url()]:
        assert client.post(url).status_code == 405


HIDDEN = [
    (lambda: Area(code="HID", name_en="Hidden"), None),
    (lambda: Provision(code="P9", title_en="Hidden"), None),
    (lambda: Agreement(kind="sectoral", title_en="Hidden"), "agreement-list"),
    (lambda: Event(kind="forum", title_en="Hidden"), "event-list"),
    (lambda: Statement(kind="remark", text_en="Hidden"), "statement-list"),
    (lambda: Source(kind="document", title="Hidden"), "source-list"),
]


@pytest.mark.parametrize(("make", "listed"), HIDDEN)
@pytest.mark.parametrize(
    ("visibility", "seers"),
    [
        (Visibility.SHARED, {"moscow_editor", "beijing_editor"}),
        (Visibility.OWN, {"moscow_editor"}),
    ],
)
def test_nobody_sees_what_is_not_theirs(stage, make, listed, visibility, seers):
    owner = stage.cities["MOW"] if visibility == Visibility.OWN else None
    record = add(stage, make(), visibility, owner)
    for who in ("anonymous", "reader", "stranger", "administrator", "moscow_editor", "beijing_editor"):
        client, seen = stage.client(who), who in seers
        assert client.get(record.get_absolute_url()).status_code == (200 if seen else 404), who
        pages = [stage.programme.get_absolute_url()] + ([reverse(f"programme:{listed}")] if listed else [])
        for url in pages:
            if url == stage.programme.get_absolute_url() and isinstance(record, Source):
                continue  # that page lists no sources
            assert ("Hidden" in text(client.get(url))) is seen, (who, url)


def test_a_hidden_record_is_not_named_by_those_that_refer_to_it(stage):
    basis = add(stage, Agreement(kind="framework", title_en="Hidden basis"), Visibility.SHARED)
    said = add(stage, Statement(kind="initiative", text_en="Hidden initiative"), Visibility.SHARED)
    forum = add(stage, Event(kind="forum", title_en="Hidden forum"), Visibility.SHARED)
    agreement = add(stage, Agreement(kind="sectoral", title_en="Open", basis=basis, part_of=said))
    event = add(stage, Event(kind="concert", title_en="Open", within=forum))
    for record in (agreement, event):
        assert "Hidden" not in text(stage.client("anonymous").get(record.get_absolute_url()))
        assert "Hidden" in text(stage.client("moscow_editor").get(record.get_absolute_url()))


def test_a_citation_shows_only_with_its_source(stage):
    area, hidden = stage.areas[0], add(stage, Source(kind="document", title="Hidden"), Visibility.SHARED)
    cite(stage, area, "area", hidden)
    assert not citations_of(area, stage.actor("anonymous"))
    assert [found.source for found in citations_of(area, stage.actor("beijing_editor"))[""]] == [hidden]
    assert "Hidden" not in text(stage.client("anonymous").get(area.get_absolute_url()))


def test_a_source_lists_what_rests_on_it_and_nothing_hidden(stage):
    source = one(stage, Source)
    hidden = add(stage, Agreement(kind="sectoral", title_en="Hidden"), Visibility.SHARED)
    cite(stage, stage.areas[0], "area", source, locator="¶ 7")
    cite(stage, stage.provision, "provision", source, field="areas", derived=True, how_en="By its subject.")
    cite(stage, hidden, "agreement", source)
    stranger, editor = stage.client("anonymous"), stage.client("moscow_editor")
    page = text(stranger.get(source.get_absolute_url()))
    assert stage.areas[0].get_absolute_url() in page
    assert "¶ 7" in page
    assert "By its subject." in page
    assert "Hidden" not in page
    assert "Hidden" in text(editor.get(source.get_absolute_url()))
    rows = {who: client.get("/sources/").context["table"].rows[0].get_cell("facts") for who, client in
            (("stranger", stranger), ("editor", editor))}  # fmt: skip
    assert rows == {"stranger": 2, "editor": 3}


def test_what_is_archived_is_out_of_the_lists_and_its_page_says_so(stage):
    agreement = one(stage, Agreement)
    Agreement.objects.filter(pk=agreement.pk).update(archived_at="2025-01-01T00:00Z")
    client = stage.client("anonymous")
    assert "Metro agreement" not in text(client.get("/agreements/"))
    assert "This record is archived" in text(client.get(agreement.get_absolute_url()))


def test_an_outside_claim_stands_beside_the_fact_and_never_in_its_place(stage):
    agreement = one(stage, Agreement)
    outside = add(stage, Source(kind="outside", title="A newspaper", language="ru"))
    cite(stage, agreement, "agreement", one(stage, Source))
    cite(stage, agreement, "agreement", outside, field="signed_on", claim_en="Signed on 7 December 2020")
    found = citations_of(agreement, stage.actor("anonymous"))
    assert list(found.claims) == ["signed_on"]
    page = text(stage.client("anonymous").get(agreement.get_absolute_url()))
    assert "Outside source, not taken into the record:" in page
    assert "Signed on 7 December 2020" in page
    row = text(stage.client("anonymous").get("/agreements/"))
    assert "7 December 2020" not in row


def test_a_field_without_a_citation_rests_on_the_documents_that_name_the_record(stage):
    agreement, document = one(stage, Agreement), one(stage, Source)
    outside = add(stage, Source(kind="outside", title="A newspaper"))
    whole = cite(stage, agreement, "agreement", document)
    cite(stage, agreement, "agreement", outside, claim_en="There is another one.")
    own = cite(stage, agreement, "agreement", document, field="kind")
    found = citations_of(agreement, stage.actor("anonymous"))
    assert found.get("kind") == [own]
    assert found.get("term_years") == [whole]


def test_citations_of_many_records_take_one_query(stage, django_assert_num_queries):
    actor = stage.actor("anonymous")
    cite(stage, stage.areas[0], "area", one(stage, Source))
    with django_assert_num_queries(1):
        found = citations_by_record([*stage.areas, stage.provision], actor)
    assert [len(found[record.pk]) for record in (*stage.areas, stage.provision)] == [1, 0, 0]


def test_disagreements_of_sources_are_called_out(stage):
    document = one(stage, Source)
    for claim in ("Expertise is exchanged", "Talent is exchanged"):
        cite(stage, stage.provision, "provision", document, field="title", claim_en=claim, disagrees=True)
    for url in (stage.programme.get_absolute_url(), stage.provision.get_absolute_url()):
        page = text(stage.client("anonymous").get(url))
        assert "Where the sources disagree" in page
        assert "Expertise is exchanged" in page
        assert "Talent is exchanged" in page


def test_dates_are_shown_as_exactly_as_they_are_stated(stage):
    add(
        stage,
        Agreement(kind="sectoral", title_en="Cluster", is_signed=True, signed_on=Period.parse("2020-09")),
    )
    client = stage.client("anonymous")
    assert "September 2020" in text(client.get("/agreements/"))
    assert "not stated" in text(client.get("/agreements/"))


def test_the_state_of_an_agreement_is_filtered_as_it_is_shown(stage):
    for title, values in {
        "Old": {"is_signed": True, "expires_on": Period.parse("2010")},
        "Running": {"is_signed": True},
    }.items():
        add(stage, Agreement(kind="sectoral", title_en=title, **values))
    client = stage.client("anonymous")
    for state, title in (("expired", "Old"), ("in_force", "Running"), ("planned", "Metro agreement")):
        table = client.get("/agreements/", {"state": state}).context["table"]
        assert [(str(row.record), row.record.state(TODAY)) for row in table.rows] == [(title, state)]


def test_lists_are_filtered_and_searched_in_any_language(stage):
    transport, education = stage.areas
    add(
        stage,
        Statement(kind="emphasis", text_en="Trains", text_ru="Поезда", outside_areas=True),
        areas=[str(transport.pk)],
    )
    client = stage.client("anonymous")

    def found(**query):
        return [str(row.record) for row in client.get("/statements/", query).context["table"].rows]

    assert found(area=str(transport.pk)) == ["Trains"]
    assert found(area=str(education.pk)) == []
    assert found(kind="remark") == ["A remark"]
    assert found(outside_areas="true") == ["Trains"]
    assert found(outside_areas="false") == ["A remark"]
    assert found(search="ПОЕЗДА") == ["Trains"]
    assert "No statement matches" in text(client.get("/statements/", {"search": "nothing such"}))


def test_undated_events_come_last_and_parts_stand_with_their_whole(stage):
    forum = Event.objects.get(title_en="Forum")
    add(stage, Event(kind="sports", title_en="Cup", held=Period.parse("2018")))
    add(stage, Event(kind="sports", title_en="Games", held=Period.parse("2022")))
    add(stage, Event(kind="concert", title_en="Gala", within=forum))
    client = stage.client("anonymous")
    programme = client.get(stage.programme.get_absolute_url()).context["events"].items
    assert [str(event) for event in programme] == ["Cup", "Forum", "Gala", "Games"]
    for sort, titles in {
        "held": ["Cup", "Forum", "Games", "Gala"],
        "-held": ["Games", "Forum", "Cup", "Gala"],
    }.items():
        table = client.get("/events/", {"sort": sort}).context["table"]
        assert [str(row.record) for row in table.rows] == titles


def test_an_area_shows_its_projects_as_far_as_they_may_be_seen(stage):
    stage.project(title_en="Open signalling", visibility=Visibility.PUBLIC)
    stage.project(title_en="Shared signalling", visibility=Visibility.SHARED)
    url = stage.areas[0].get_absolute_url()
    stranger, editor = (
        text(stage.client("anonymous").get(url)),
        text(stage.client("moscow_editor").get(url)),
    )
    assert "Open signalling" in stranger
    assert "Shared signalling" not in stranger
    assert "Shared signalling" in editor


def test_an_organisation_shows_what_it_leads_and_is_party_to(stage):
    metro = stage.cities["MOW"].organisations.first()
    project = stage.project(visibility=Visibility.PUBLIC)
    project.leads.update_or_create(city=stage.cities["MOW"], defaults={"organisation": metro})
    agreement = add(
        stage,
        Agreement(kind="sectoral", title_en="Five more years"),
        organisations=[str(metro.pk)],
        cities=[],
    )
    page = text(stage.client("anonymous").get(metro.get_absolute_url()))
    assert project.get_absolute_url() in page
    assert agreement.get_absolute_url() in page


def test_one_programme_is_the_page_and_several_are_a_list(stage):
    client = stage.client("anonymous")
    assert client.get("/programmes/").url == stage.programme.get_absolute_url()
    later = programme_create(
        programme=Programme(
            title_en="The next programme",
            period=Period.parse("2024/2026"),
            authentic=["ru"],
            succeeds=stage.programme,
            visibility=Visibility.PUBLIC,
        ),
        sides={stage.cities["MOW"]: {}, stage.cities["BJS"]: {}},
        original="en",
        by=SYSTEM,
    )
    assert later.get_absolute_url() in text(client.get("/programmes/"))
    assert later.get_absolute_url() in text(client.get(stage.programme.get_absolute_url()))
    Programme.objects.filter(pk=later.pk).update(visibility=Visibility.SHARED)
    assert "The next programme" not in text(client.get(stage.programme.get_absolute_url()))
    assert "The next programme" in text(
        stage.client("moscow_editor").get(stage.programme.get_absolute_url())
    )


@pytest.mark.parametrize(
    ("who", "language", "codes"),
    [
        ("anonymous", "ru", ["MOW", "BJS"]),
        ("beijing_editor", "ru", ["MOW", "BJS"]),
        ("moscow_editor", "zh-hans", ["BJS", "MOW"]),
        ("moscow_editor", "en", ["MOW", "BJS"]),
        ("beijing_editor", "en", ["BJS", "MOW"]),
        ("anonymous", "en", ["BJS", "MOW"]),
    ],
)
def test_the_sides_are_named_in_the_reader_s_order(stage, who, language, codes):
    cities = [stage.cities["MOW"], stage.cities["BJS"]]
    assert [city.code for city in sides_in_order(cities, stage.actor(who), language)] == codes
    client = stage.client(who)
    client.cookies["language"] = language
    marks = client.get(stage.programme.get_absolute_url()).context["marks"]
    assert [(mark.side, mark.word) for mark in marks] == [(code, "given") for code in codes]


def fill(stage, number):
    """So many more records of each kind, all public and cited."""
    document = one(stage, Source)
    for index in range(number):
        area, provision = [str(stage.areas[0].pk)], [str(stage.provision.pk)]
        project = stage.project(visibility=Visibility.PUBLIC)
        project.provisions.set(provision)
        add(stage, Provision(code=f"Q{Provision.objects.count()}", title_en="More"), areas=area)
        add(stage, Statement(kind="remark", text_en="More"), areas=area)
        agreement = add(
            stage,
            Agreement(kind="sectoral", title_en="More", basis=one(stage, Agreement)),
            cities=[str(stage.cities[code].pk) for code in ("MOW", "BJS")],
            organisations=[str(stage.cities["MOW"].organisations.first().pk)],
        )
        event = add(
            stage, Event(kind="concert", title_en="More", within=Event.objects.get(title_en="Forum"))
        )
        source = add(stage, Source(kind="document", title=f"More {index}"))
        for record, kind in ((agreement, "agreement"), (event, "event"), (stage.programme, "programme")):
            cite(stage, record, kind, source)
            cite(stage, record, kind, document, field="title")


@pytest.mark.parametrize("who", ["anonymous", "moscow_editor"])
def test_pages_take_the_same_queries_however_much_there_is(stage, who, django_assert_max_num_queries):
    client = stage.client(who)
    urls = [reverse(f"programme:{name}") for name in LISTS] + [
        record.get_absolute_url() for record in records(stage)
    ]

    def counts():
        taken = {}
        for url in urls:
            with django_assert_max_num_queries(12) as queries:
                assert client.get(url).status_code == 200
            taken[url] = len(queries)
        return taken

    client.get("/")
    fill(stage, 1)
    few = counts()
    fill(stage, 26)
    assert counts() == few
