"""The passport of a project: what the sides agreed and how, in two languages side by side.

`passport` gives plain JSON that knows neither Word nor Typst: sections of rows, each row
with its label and its lines once in each of the two languages.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch, prefetch_related_objects
from django.utils import timezone, translation

from accounts.actors import Actor
from accounts.order import sides_in_order
from approvals import chain
from approvals.models import Decision, Proposal
from programme.models import Area, Provision
from projects import queries
from projects.models import Contribution, Indicator, Milestone, Project
from projects.standing import agreement_word, marks_of
from records.texts import LANGUAGES
from reports import glyphs
from reports.snapshot import text
from reports.words import Words

Json = dict[str, Any]
Said = Callable[[Words], str]
MOST_PARTS = 500


def languages_of(project: Project, asked: Sequence[str] = ()) -> tuple[str, str]:
    """The two languages: those asked for, else the authentic ones, Russian and Chinese by default."""
    known = [
        language
        for language in dict.fromkeys((*asked, *project.programme.authentic))
        if language in LANGUAGES
    ]
    first, second, *_rest = [
        *known,
        *(language for language in ("ru", "zh-hans", "en") if language not in known),
    ]
    return first, second


def passport(project: Project, actor: Actor, languages: tuple[str, str]) -> Json:
    """What this actor may see of a project, as the passport's pages say it."""
    made = Passport(actor, [Words(language) for language in languages])
    now = timezone.now()
    prefetch_related_objects([project], "programme__cities")
    with translation.override(languages[0]):  # whose city comes first
        marks = marks_of(with_word(project, actor), actor)
    colours = {city.code: city for city in project.programme.cities.all()}
    document = {
        "frozen_at": now.isoformat(),
        "code": project.code,
        "languages": list(languages),
        "names": [words(f"language_{words.language}").capitalize() for words in made.both],
        "standing": made.each(
            lambda words: words(
                "pp_authentic" if words.language in project.programme.authentic else "pp_translation"
            )
        ),
        "kind": made.each(lambda words: words("passport")),
        "titles": made.each(lambda words: made.text(project, "title")(words)),
        "as_of": made.each(lambda words: words("pp_as_of", words.when(day_of(now).isoformat()))),
        "marks": [
            {
                "word": mark.word,
                "colour": colours[mark.side].colour,
                "letters": made.each(
                    lambda words, city=colours[mark.side]: made.text(city, "letter")(words)
                ),
                "told": made.each(
                    lambda words, city=colours[mark.side], word=mark.word: (
                        f"{made.text(city, 'name')(words)} – {words.named('mark', word)}"
                    )
                ),
            }
            for mark in marks
        ],
        "sections": [
            made.terms(project),
            made.milestones(project),
            made.indicators(project),
            made.contributions(project),
            made.decisions(project),
            made.chain(),
        ],
    }
    return glyphs.shown(document)


def with_word(project: Project, actor: Actor) -> Project:
    """The project with what `marks_of` reads. Of an archived one the state alone tells the sides' words."""
    listed = Project.objects.live().filter(pk=project.pk)
    found = listed.values_list(agreement_word(actor), flat=True).first()
    project.agreement_word = found or []  # type: ignore[attr-defined]
    return project


def day_of(moment: datetime) -> date:
    return timezone.localtime(moment).date()


class Passport:
    """The sections, each line told in both languages."""

    def __init__(self, actor: Actor, both: Sequence[Words]) -> None:
        self.actor, self.both = actor, both

    def each(self, said: Said) -> list[str]:
        return [said(words) for words in self.both]

    def text(self, record: Any, field: str) -> Said:
        """A text of a record, with what to know of it where it is not in the language of its column."""

        def said(words: Words) -> str:
            if record is None:
                return words("not_stated")
            held = text(record, field)
            return words.after(words.text(held), words.remark(held)) or words("not_stated")

        return said

    def row(self, label: Said, *lines: Said) -> Json:
        return {
            "labels": self.each(label),
            "lines": [[line for said in lines if (line := said(words))] for words in self.both],
        }

    def section(self, key: str, rows: list[Json], empty: str = "pp_none") -> Json:
        if not rows:
            rows = [self.row(lambda words: "", lambda words: words(empty))]
        return {"titles": self.each(lambda words: words(key)), "rows": rows}

    def named(self, records: Iterable[Any], field: str, *, code: bool = False) -> list[Said]:
        def line(record: Any) -> Said:
            text = self.text(record, field)
            return lambda words: f"{record.code} {text(words)}" if code else text(words)

        return [line(record) for record in records] or [lambda words: words("not_stated")]

    def terms(self, project: Project) -> Json:
        leads = {lead.city_id: lead.organisation for lead in project.leads.select_related("organisation")}
        cities = sides_in_order(project.programme.cities.all(), self.actor, self.both[0].language)
        areas, provisions = (
            queries.visible(model, self.actor).filter(projects=project) for model in (Area, Provision)
        )

        def lead_row(city: Any) -> Json:
            name = self.text(city, "name")
            return self.row(
                lambda words: words("pp_lead", name(words)), self.text(leads.get(city.pk), "name")
            )

        rows = [
            self.row(lambda words: words("pp_code"), lambda words: project.code),
            self.row(lambda words: words("pp_title"), self.text(project, "title")),
            self.row(lambda words: words("pp_summary"), self.text(project, "summary")),
            self.row(lambda words: words("pp_state"), lambda words: words.named("state", project.state)),
            self.row(lambda words: words("pp_areas"), *self.named(areas, "name")),
            self.row(lambda words: words("pp_provisions"), *self.named(provisions, "title", code=True)),
            *(lead_row(city) for city in cities),
            self.row(lambda words: words("pp_starts"), self.day(project.starts_on)),
            self.row(lambda words: words("pp_ends"), self.day(project.ends_on)),
            self.row(lambda words: words("pp_programme"), self.text(project.programme, "title")),
        ]
        return self.section("pp_terms", rows)

    def day(self, day: Any, phrase: str = "") -> Said:
        """A date, in a phrase where one is named; without a date, “not stated” or nothing."""

        def said(words: Words) -> str:
            if not day:
                return "" if phrase else words("not_stated")
            shown = words.when(day.isoformat())
            return words(phrase, shown) if phrase else shown

        return said

    def figure(self, value: Any, phrase: str, unit: Said) -> Said:
        def said(words: Words) -> str:
            return "" if value is None else words(phrase, f"{number(value, words)} {unit(words)}".strip())

        return said

    def milestones(self, project: Project) -> Json:
        live: Any = Milestone.objects.live().filter(project=project).order_by("due_on", "pk")
        rows = [
            self.row(
                self.text(each, "title"),
                self.day(each.due_on, "pp_due"),
                self.day(each.achieved_on, "pp_achieved")
                if each.achieved_on
                else self.day(each.forecast_on, "pp_expected"),
            )
            for each in live[:MOST_PARTS]
        ]
        return self.section("pp_milestones", rows)

    def indicators(self, project: Project) -> Json:
        live: Any = Indicator.objects.live().filter(project=project).order_by("created_at", "pk")
        rows = [
            self.row(
                self.text(each, "name"),
                self.figure(each.baseline, "pp_baseline", self.text(each, "unit")),
                self.figure(each.goal, "pp_goal", self.text(each, "unit")),
                self.day(each.goal_on, "pp_by"),
            )
            for each in live[:MOST_PARTS]
        ]
        return self.section("pp_indicators", rows)

    def contributions(self, project: Project) -> Json:
        live: Any = Contribution.objects.live().filter(project=project).select_related("organisation")

        def row(each: Contribution) -> Json:
            kind, currency = f"pp_{each.kind}", lambda words: each.currency
            what = self.text(each, "description")
            return self.row(
                self.text(each.organisation, "name"),
                lambda words: words(kind),
                lambda words: what(words) if str(each.text_state("description").value) else "",
                self.figure(each.planned, "pp_planned", currency),
                self.figure(each.actual, "pp_actual", currency),
            )

        return self.section("pp_contributions", [row(each) for each in live.order_by("created_at", "pk")])

    def decisions(self, project: Project) -> Json:
        """Each proposal with the answer to it, and the letters on paper, as far as the reader sees them."""
        asked = Proposal.objects.visible_to(self.actor).filter(
            subject_kind="project", subject_id=project.pk
        )
        answers = Prefetch("decisions", queryset=Decision.objects.select_related("city"))
        asked = asked.select_related("city").prefetch_related(answers).order_by("created_at", "pk")
        rows = [self.proposal(each) for each in asked[:MOST_PARTS]]
        return self.section("pp_decisions", rows, empty="pp_no_decision")

    def proposal(self, proposal: Proposal) -> Json:
        city, asked_on = self.text(proposal.city, "name"), day_of(proposal.opened_at or proposal.created_at)
        lines: list[Said] = [
            lambda words: words("pp_proposed_by", city(words), words.when(asked_on.isoformat())),
            self.letter(proposal),
        ]
        if proposal.state in {"unconfirmed", "open", "withdrawn", "stale"}:
            lines.append(lambda words: words.named("proposal", proposal.state))
        for decision in proposal.decisions.all():
            lines += [self.decision(decision), self.letter(decision)]
        return self.row(lambda words: words.named("act", proposal.act), *lines)

    def decision(self, decision: Decision) -> Said:
        city, at = self.text(decision.city, "name"), day_of(decision.at).isoformat()
        return lambda words: words.comma(
            (f"{city(words)} – {words.named('verdict', decision.verdict)}", words.when(at))
        )

    def letter(self, letter: Any) -> Said:
        """People who signed are named to the programme's sides only."""
        signatory = letter.signatory if self.actor.programme_ids else ""

        def said(words: Words) -> str:
            parts = [words("pp_letter", letter.letter_number)] if letter.letter_number else []
            if letter.letter_date:
                parts.append(words("pp_letter_of", words.when(letter.letter_date.isoformat())))
            if signatory:
                parts.append(words("pp_signed_by", signatory))
            return words.comma(parts) if parts else words("pp_no_letter")

        return said

    def chain(self) -> Json:
        head = chain.head()
        if head is None:
            return self.section("pp_chain", [])
        return self.section(
            "pp_chain",
            [
                self.row(
                    lambda words: words("pp_head", head.position, head.hash),
                    lambda words: words("pp_head_note"),
                )
            ],
        )


def number(value: Decimal, words: Words) -> str:
    """With the separators of the language, and no more decimals than it has."""
    plain = f"{value.normalize():,f}"
    if words.language == "ru":
        return plain.replace(",", "\u00a0").replace(".", ",")
    return plain
