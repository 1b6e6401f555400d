"""A report in one language: what its pages and sheets say, made from the snapshot alone.

The result is plain JSON that knows neither Typst nor Excel. A cell is a list of
lines; a line has a text and may have note numbers, a side and a remark.
"""

from typing import Any

from records.period import Period
from reports import glyphs
from reports.chart import COLOURS
from reports.notes import Notes
from reports.sections import SECTIONS
from reports.telling import Telling
from reports.words import Words

Json = dict[str, Any]
MOST_TITLES, LONGEST_TITLE = 4, 130  # in one sentence of the first page


def document(snapshot: Json, language: str, *, is_draft: bool) -> Json:
    """Everything that the files of a language show."""
    words, notes = Words(language), Notes(snapshot)
    telling = Telling(snapshot, words, notes)
    sections = [make(telling) for make in SECTIONS]
    for number, section in enumerate(sections, start=1):
        section["number"] = number
    numbers = {section["key"]: section["number"] for section in sections}
    period = Period.parse(snapshot["period"])
    frozen = snapshot["frozen_at"]
    made = {
        "language": language,
        "is_draft": is_draft,
        "frozen_at": frozen,
        "kind": words("report"),
        "title": words.text(snapshot["programme"]["title"]),
        "period": words.when(str(period)),
        "edition": words("edition", snapshot["edition"]),
        "as_of": words("as_of", words.when(frozen[:10])),
        "draft": words("draft"),
        "draft_note": words("draft_note") if is_draft else "",
        "page": words("page", "%", "%"),
        "contents": words("contents"),
        "summary": words("summary"),
        "glance": words("glance"),
        "how_to_read": words("how_to_read"),
        "reading": [words(f"how_{number}") for number in range(1, 5)],
        "sides": [telling.side_shown(city) for city in telling.cities],
        "figures": figures(telling),
        "points": points(telling, period, numbers),
        "chart": chart(telling),
        "headings": {key: words(key) for key in ("h_figure", "h_value", "h_area", "h_notes")},
        "sections": sections,
    }
    return glyphs.shown(made)


def figures(telling: Telling) -> list[Json]:
    snapshot, words = telling.snapshot, telling.words
    counts = {
        "areas": len(snapshot["areas"]),
        "provisions": len(snapshot["provisions"]),
        "projects": len(snapshot["projects"]),
        "agreements": sum(item["state"] == "in_force" for item in snapshot["agreements"]),
        "events": sum(item["then"] == "yes" for item in snapshot["events"]),
        "doubts": len(telling.notes.differing()),
    }
    return [{"value": value, "label": words(f"fig_{name}")} for name, value in counts.items()]


def points(telling: Telling, period: Period, numbers: dict[str, int]) -> list[Json]:
    """What somebody with two minutes should know, each in one sentence with its notes."""
    snapshot, words = telling.snapshot, telling.words
    programme = snapshot["programme"]
    span = words.when(programme["period"])
    said = [
        point(
            words("said_running", span, words.when(str(period))),
            telling.notes.of(programme["id"], "period"),
        )
    ]
    if programme["closed"]:
        said.append(point(words("said_ends")))
    said += [project_point(telling)]
    used = {pk for project in snapshot["projects"] for pk in project["areas"]}
    without = [words.text(area["name"]) for area in snapshot["areas"] if area["id"] not in used]
    if without and snapshot["projects"]:
        said.append(point(words("said_without", words.listed(without))))
    for state, phrase in (("in_force", "said_in_force"), ("planned", "said_planned")):
        said += titled(telling, phrase, [item for item in snapshot["agreements"] if item["state"] == state])
    said += titled(
        telling, "said_expired", [item for item in snapshot["agreements"] if item["expired_then"]]
    )
    events = [event for event in snapshot["events"] if event["then"] == "yes"]
    said += titled(telling, "said_events", events) or [point(words("said_no_events"))]
    if differing := telling.notes.differing():
        said.append(point(words("said_doubts", len(differing), numbers["doubts"])))
    return said


def point(text: str, notes: list[int] | None = None) -> Json:
    return {"text": text, "notes": notes or []}


def titled(telling: Telling, phrase: str, records: list[Json]) -> list[Json]:
    """A sentence that lists records by their titles; none where there are none."""
    if not records:
        return []
    words = telling.words
    titles = words.quoted_list(shortened(words.text(record["title"])) for record in records[:MOST_TITLES])
    if more := len(records) - MOST_TITLES if len(records) > MOST_TITLES else 0:
        titles = words.listed([titles, words("and_more", more)])
    return [point(words(phrase, titles))]


def shortened(title: str) -> str:
    """A title that fits into a sentence of the first page."""
    return title if len(title) <= LONGEST_TITLE else title[: LONGEST_TITLE - 1].rstrip() + "…"


def project_point(telling: Telling) -> Json:
    words = telling.words
    states = telling.states()
    if not states:
        return point(words("said_no_projects"))
    return point(
        words(
            "said_projects",
            words.comma(words("n_in_state", words.named("state", code), n) for code, n in states),
        )
    )


def chart(telling: Telling) -> Json:
    """The data of the report's one chart: how many projects each area has in each state."""
    snapshot, words = telling.snapshot, telling.words
    states = [code for code, _count in telling.states()]
    rows = [
        {
            "area": words.text(area["name"]),
            "counts": [
                sum(
                    area["id"] in project["areas"] and project["state"] == state
                    for project in snapshot["projects"]
                )
                for state in states
            ],
        }
        for area in snapshot["areas"]
    ]
    return {
        "title": words("chart_title"),
        "note": words("chart_note"),
        "states": [
            {"code": code, "label": words.named("state", code), "colour": COLOURS[code]} for code in states
        ],
        "rows": rows,
    }
