"""The sections of a report after its first page, each a table of what the snapshot holds."""

from collections.abc import Callable
from typing import Any

from programme.models import Statement
from records.period import Period
from reports.telling import Telling, line, section
from reports.words import Words

Json = dict[str, Any]


def period(telling: Telling) -> Json:
    """What is dated in the period: signings, ends of terms, events, projects that begin or end."""
    words, notes = telling.words, telling.notes
    found: list[tuple[Any, str, str, Json, list[int], str]] = []
    for item in telling.snapshot["agreements"]:
        for flag, field, phrase in (
            ("signed_then", "signed_on", "p_signed"),
            ("expired_then", "expires_on", "p_expired"),
        ):
            if item[flag]:
                remark = words("maybe") if item[flag] == "maybe" else ""
                found.append((item[field], phrase, item["id"], item, notes.of(item["id"], field), remark))
    for event in telling.snapshot["events"]:
        if event["then"]:
            when = event["held"] or telling.records.get(event["within"], {}).get("held", "")
            remark = words("maybe") if event["then"] == "maybe" else ""
            found.append((when, "", event["id"], event, notes.rest(event["id"], {"city"}), remark))
    first, last = telling.period.first.isoformat(), telling.period.last.isoformat()
    for project in telling.snapshot["projects"]:
        for field, phrase in (("starts_on", "p_starts"), ("ends_on", "p_ends")):
            if first <= project[field] <= last:
                numbers = notes.of(project["id"], field)
                found.append((project[field], phrase, project["id"], project, numbers, ""))
    found.sort(
        key=lambda entry: (Period.parse(entry[0]).first if entry[0] else telling.period.last, entry[2])
    )
    rows = []
    for when, phrase, _pk, item, numbers, remark in found:
        title = words.text(item["title"])
        what = line(words(phrase, title) if phrase else title, numbers, remark=remark)
        rows.append([telling.plain(words.when(when)), [what]])
    days = telling.day(telling.period.first), telling.day(telling.period.last)
    return section(telling, "period", [("h_date", 2), ("h_what", 8)], rows, *days, empty="none_period")


def areas(telling: Telling) -> Json:
    notes, snapshot = telling.notes, telling.snapshot
    rows = []
    for area in snapshot["areas"]:
        own = [item for item in snapshot["provisions"] if area["id"] in item["areas"]]
        lines = [
            telling.line(item["title"], notes.of(item["id"], "", "title", "areas"), code=item["code"])
            for item in own
        ]
        count = sum(area["id"] in project["areas"] for project in snapshot["projects"])
        rows.append(
            [
                [telling.line(area["name"], notes.rest(area["id"], ()), strong=True)],
                lines or [line("–", quiet=True)],
                [line(str(count), number=count)],
            ]
        )
    apart = [item for item in snapshot["provisions"] if not item["areas"]]
    if apart:
        lines = [
            telling.line(item["title"], notes.rest(item["id"], ()), code=item["code"]) for item in apart
        ]
        rows.append([[line("–", quiet=True)], lines, [line("")]])
    return section(telling, "areas", [("h_area", 3), ("h_provisions", 7), ("#h_projects", 1.3)], rows)


def projects(telling: Telling) -> Json:
    words, notes = telling.words, telling.notes
    rows = []
    for item in telling.snapshot["projects"]:
        pk = item["id"]
        title = telling.line(item["title"], notes.rest(pk, {"areas", "leads", "summary"}), strong=True)
        lines = [title]
        if item["summary"].get(words.picked(item["summary"])[1]):
            lines.append(telling.line(item["summary"], notes.of(pk, "summary")))
        dates = " – ".join(words.when(item[field]) or "…" for field in ("starts_on", "ends_on"))
        if item["starts_on"] or item["ends_on"]:
            lines.append(line(dates, notes.of(pk, "starts_on", "ends_on"), quiet=True))
        lines.append(line(item["code"], quiet=True))
        rows.append(
            [
                lines,
                telling.area_names(item["areas"], notes.of(pk, "areas")),
                telling.parties(item["leads"], notes.of(pk, "leads")),
                [line(words.named("state", item["state"]))],
            ]
        )
    columns = [("h_project", 5), ("h_areas", 2.6), ("h_leads", 2.5), ("h_state", 1.9)]
    return section(telling, "projects", columns, rows)


OWN_CELLS = {"signed_on", "expires_on", "term_years"}


def agreements(telling: Telling) -> Json:
    words, notes = telling.words, telling.notes
    rows = []
    for item in telling.snapshot["agreements"]:
        pk = item["id"]
        kind = words.named("agreement", item["kind"])
        lines = [
            telling.line(
                item["title"], notes.rest(pk, {"signed_on", "expires_on", "term_years"}), strong=True
            ),
            line(kind, quiet=True),
        ]
        if words.text(item["note"]):
            lines.append(telling.line(item["note"]))
        expires = telling.plain(words.when(item["expires_on"]), notes.of(pk, "expires_on"))
        if item["term_years"]:
            term = line(words("term", item["term_years"]), notes.of(pk, "term_years"))
            expires = [term] if not item["expires_on"] else [*expires, term]
        cities = [
            line(city["name"], side=city)
            for city in map(
                telling.side_of, sorted(item["cities"], key=lambda code: telling.place.get(code, 99))
            )
            if city
        ]
        rows.append(
            [
                lines,
                telling.parties(item["parties"]) if item["parties"] or not cities else cities,
                telling.plain(words.when(item["signed_on"]), notes.of(pk, "signed_on")),
                expires,
                [line(words.named("state", item["state"]))],
            ]
        )
    columns = [
        ("h_agreement", 4.2),
        ("h_parties", 2.9),
        ("h_signed", 2.5),
        ("h_expires", 1.9),
        ("h_state", 1.7),
    ]
    return section(telling, "agreements", columns, rows, telling.day(telling.period.last))


def events(telling: Telling) -> Json:
    words, notes = telling.words, telling.notes
    rows = []
    for item in telling.snapshot["events"]:
        pk = item["id"]
        title = telling.line(item["title"], notes.rest(pk, {"held", "city", "occasion"}), strong=True)
        if item["then"]:
            title["text"] = {"yes": "● ", "maybe": "○ "}[item["then"]] + title["text"]
        kinds = [words.named("event", item["kind"])]
        if item["mode"]:
            kinds.append(words.named("mode", item["mode"]))
        lines = [title, line(words.comma(kinds), quiet=True)]
        if words.text(item["occasion"]):
            lines.append(telling.line(item["occasion"], notes.of(pk, "occasion")))
        if within := telling.records.get(item["within"]):
            lines.append(line(words("part_of", words.text(within["title"])), quiet=True))
        lines += [
            telling.line(
                part["name"], side=telling.side_of(part["city"]), remark=words.named("role", part["role"])
            )
            for part in telling.in_order(item["participants"], lambda part: part["city"])
        ]
        place = [
            telling.line(item["place"] or {}, notes.of(pk, "city"), side=telling.side_of(item["city"]))
        ]
        rows.append(
            [
                telling.plain(words.when(item["held"]), notes.of(pk, "held")),
                lines,
                place if item["place"] else telling.plain("", notes.of(pk, "city")),
            ]
        )
    return section(telling, "events", [("h_date", 2), ("h_event", 6.4), ("h_where", 1.9)], rows)


def statements(telling: Telling) -> Json:
    words, notes = telling.words, telling.notes
    order = Statement.Kind.values
    rows = [
        [
            [telling.line(item["text"], notes.rest(item["id"], {"said_by", "areas"}))],
            [telling.line(item["said_by"], notes.of(item["id"], "said_by"))]
            if words.text(item["said_by"])
            else telling.plain(""),
            [line(words.named("statement", item["kind"]))],
            telling.area_names(item["areas"], notes.of(item["id"], "areas")),
        ]
        for item in sorted(telling.snapshot["statements"], key=lambda item: order.index(item["kind"]))
    ]
    columns = [("h_statement", 5), ("h_by", 2.5), ("h_kind", 1.9), ("h_areas", 2.6)]
    return section(telling, "statements", columns, rows)


def doubts(telling: Telling) -> Json:
    words = telling.words
    rows = []
    for (kind, pk, field), found in telling.notes.differing():
        record = telling.records.get(pk, {})
        name = words.text(record.get("title") or record.get("name") or record.get("text"))
        said = [
            line(
                words.text(citation["claim"])
                or words.text(citation["doubt"])
                or words.text(citation["note"]),
                [number],
                lead=telling.snapshot["sources"][citation["source"]]["title"],
            )
            for number, citation in found
        ]
        what = [line(name or words.named("kind", kind), strong=True)]
        rows.append(
            [
                [*what, line(f"{words.named('kind', kind)} · {words.named('field', field)}", quiet=True)],
                said,
            ]
        )
    return section(telling, "doubts", [("h_record", 3.4), ("h_sources_say", 6.6)], rows)


def times(words: Words, count: int) -> str:
    return f" {words('times', count)}" if count > 1 else ""


def changes(telling: Telling) -> Json:
    words, told = telling.words, telling.snapshot["changes"]
    rows = [
        [
            [line(words.when(item["last"]))],
            [telling.line(item["title"])],
            [line(words.named("kind", item["kind"]))],
            [
                line(
                    words.named("verb", item["verb"])
                    + (f" {words('times', item['times'])}" if item["times"] > 1 else "")
                )
            ],
        ]
        for item in told["records"]
    ]
    days = telling.day(telling.period.first), telling.day(telling.period.last)
    columns = [("h_last", 2), ("h_record", 5), ("h_kind", 2), ("h_change", 1.6)]
    made = section(telling, "changes", columns, rows, *days, empty="none_changes")
    if told["more"]:
        made["intro"] += " " + words("more_changes", len(rows))
    return made


def lettered(telling: Telling) -> dict[str, str]:
    """Each source's letter, by its id: A, B, … Z, A2, B2, …"""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return {
        pk: letters[place % 26] + (str(place // 26 + 1) if place >= 26 else "")
        for place, pk in enumerate(telling.snapshot["sources"])
    }


def sources(telling: Telling) -> Json:
    words, letters = telling.words, lettered(telling)
    rows = []
    for pk, source in telling.snapshot["sources"].items():
        lines = [
            line(source["title"], strong=True),
            line(words("n_outside" if source["kind"] == "outside" else "n_document"), quiet=True),
        ]
        if words.text(source["note"]):
            lines.append(telling.line(source["note"]))
        if source["sha256"]:
            lines.append(line(words("n_copy", source["sha256"]), quiet=True, code_text=True))
        published = telling.plain(words.when(source["published_on"]))
        rows.append(
            [[line(letters[pk], strong=True)], lines, telling.plain(source["publisher"]), published]
        )
    columns = [("h_letter", 0.6), ("h_source", 6), ("h_publisher", 2.2), ("h_published", 1.9)]
    return section(telling, "sources", columns, rows)


def notes(telling: Telling) -> Json:
    letters = lettered(telling)
    rows = []
    for number, citation in enumerate(telling.notes.listed, start=1):
        source = telling.snapshot["sources"][citation["source"]]
        where = [source["publisher"] or source["title"], *filter(None, [citation["locator"]])]
        rows.append(
            [
                [line(str(number), number=number, anchor=number)],
                [line(", ".join(where), code=letters[citation["source"]])],
                said_in(telling, citation) or [line("")],
            ]
        )
    columns = [("#h_number", 0.5), ("h_source", 3.3), ("h_note", 5.6)]
    return section(telling, "notes", columns, rows)


def said_in(telling: Telling, citation: Json) -> list[Json]:
    """What a source says, what was derived from it and how, what is in doubt."""
    words, text = telling.words, telling.words.text
    said = []
    if text(citation["claim"]):
        said.append(line(words("n_claim", text(citation["claim"]))))
    if citation["derived"] or text(citation["how"]):
        said.append(line(words("n_derived", text(citation["how"])).rstrip(" :：")))
    if text(citation["doubt"]):
        said.append(line(words("n_doubt", text(citation["doubt"]))))
    if text(citation["note"]):
        said.append(telling.line(citation["note"]))
    return said


SECTIONS: list[Callable[[Telling], Json]] = [
    period, areas, projects, agreements, events, statements, doubts, changes, sources, notes,
]  # fmt: skip
