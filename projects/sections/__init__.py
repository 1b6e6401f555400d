"""The sections of a project's page, by the kind of part that each shows."""

from collections.abc import Mapping

from projects.sections.base import Section
from projects.sections.milestones import Milestones
from projects.sections.people import Delegates, Exchanges, Participants
from projects.sections.risks import Risks

SECTIONS: Mapping[str, Section] = {
    section.kind: section
    for section in (
        Milestones(),
        Participants(),
        Exchanges(),
        Delegates(),
        Risks(),
    )
}

# Those that a project's page shows, in this order; the others stand inside one of these.
ON_PAGE: tuple[Section, ...] = tuple(section for section in SECTIONS.values() if not section.home)
