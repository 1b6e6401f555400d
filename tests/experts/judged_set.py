"""The judged set of the search of experts: how it is loaded, asked and counted (`judged/README.md`)."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml

from accounts.actors import Actor
from accounts.models import City
from experts.loading import fields_load
from experts.models import Expert, ExpertiseField, ExpertLanguage, Work
from experts.search import find, index
from programme.models import Programme
from records.texts import column, revise

FOLDER = Path(__file__).parent / "judged"
BY = Actor.system("judged set")
FIRST = 5


@dataclass
class Judged:
    """What a set of queries came to."""

    recalls: list[float] = field(default_factory=list)
    ranks: list[float] = field(default_factory=list)  # one over the place of the first relevant expert

    @property
    def recall(self) -> float:
        return sum(self.recalls) / len(self.recalls)

    @property
    def mrr(self) -> float:
        return sum(self.ranks) / len(self.ranks)


def read(name: str) -> list[dict[str, Any]]:
    return yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))


def queries(*, held_out: bool) -> list[dict[str, Any]]:
    return [each for each in read("queries") if bool(each.get("held_out")) == held_out]


def load(programme: Programme, cities: dict[str, City]) -> dict[str, Expert]:
    """The profiles, published, with a consent that covers all; by id."""
    fields_load(by=BY)
    by_code = {each.code: each.pk for each in ExpertiseField.objects.all()}
    today = date.today()
    made: dict[str, Expert] = {}
    for each in read("profiles"):
        city = cities[each["city"]]
        expert = Expert(
            programme=programme,
            owner_city=city,
            visibility="own",
            state="published",
            confirmed_on=today,
            consent_purpose="The judged set",
            consent_countries=sorted({other.country for other in cities.values()}),
            consent_covers=sorted(Expert.Covers.values),
            consent_given_on=today,
            consent_expires_on=today + timedelta(days=30),
            **{name: each.get(name, "") for name in NAMES},
            **{
                column(name, language): text
                for name in ("affiliation", "summary")
                for language, text in each.get(name, {}).items()
            },
        )
        revise(expert, {}, authentic=())
        expert.save()
        expert.fields.set(by_code[code] for code in each["fields"])
        ExpertLanguage.objects.bulk_create(
            ExpertLanguage(expert=expert, language=language, level=level)
            for language, level in each.get("languages", {}).items()
        )
        Work.objects.bulk_create(Work(expert=expert, title=title) for title in each.get("works", []))
        made[each["id"]] = expert
    index.refresh_many([expert.pk for expert in made.values()])
    return made


NAMES = ("native_name", "latin_name", "russian_name", "chinese_name")


def written_in(profile: dict[str, Any]) -> set[str]:
    """The languages that somebody described themselves in."""
    return {*profile.get("affiliation", {}), *profile.get("summary", {})}


def judge(
    asked: list[dict[str, Any]], made: dict[str, Expert], actor: Actor
) -> tuple[dict[str, Judged], list[dict[str, Any]]]:
    """Recall and rank for the whole and for each pair (query language, profile language), and each miss."""
    languages = {each["id"]: written_in(each) for each in read("profiles")}
    ids = {expert.pk: name for name, expert in made.items()}
    found: dict[str, Judged] = defaultdict(Judged)
    missed = []
    for query in asked:
        answer = [ids[hit.expert.pk] for hit in find(query["text"], actor=actor, limit=FIRST).hits]
        relevant = query["relevant"]
        recall = sum(name in relevant for name in answer) / min(FIRST, len(relevant))
        rank = next((1 / place for place, name in enumerate(answer, 1) if name in relevant), 0.0)
        pairs = {f"{query['language']} → {language}" for name in relevant for language in languages[name]}
        for name in ("whole", *pairs):
            found[name].recalls.append(recall)
            found[name].ranks.append(rank)
        if recall < 1:
            missed.append({**query, "answer": answer, "recall": recall})
    return dict(found), missed
