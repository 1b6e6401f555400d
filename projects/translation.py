from modeltranslation.translator import TranslationOptions, register

from projects.models import Lead, Project
from records.history import track, track_parts


@register(Project)
class ProjectTexts(TranslationOptions):
    fields = ("title", "summary")


track(Project)
track_parts(
    Lead,
    Project.areas.through,
    Project.provisions.through,
    Project.agreements.through,
    Project.events.through,
)
