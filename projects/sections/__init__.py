"""The sections of a project's page, by the kind of part that each shows."""

from collections.abc import Mapping

from projects.sections.base import Section
from projects.sections.contributions import Contributions
from projects.sections.indicators import SECTION_OF_VALUES, Indicators
from projects.sections.milestones import Milestones
from projects.sections.people import Delegates, Exchanges, Participants
from projects.sections.risks import Risks
from projects.sections.updates import Updates

SECTIONS: Mapping[str, Section] = {
    section.kind: section
    for section in (
        Milestones(),
        Updates(),
        Indicators(),
        SECTION_OF_VALUES,
        Participants(),
        Contributions(),
        Exchanges(),
        Delegates(),
        Risks(),
    )
}

# Those that a project's page shows, in this order; the others stand inside one of these.
ON_PAGE: tuple[Section, ...] = tuple(section for section in SECTIONS.values() if not section.home)
