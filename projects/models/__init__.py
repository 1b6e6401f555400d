"""Joint projects and all that belongs to them, a module for each subject."""

from projects.models.indicators import Indicator, IndicatorValue
from projects.models.means import Contribution, Delegate, Exchange
from projects.models.parts import (
    Milestone,
    MilestoneState,
    Participation,
    ProjectPart,
    Risk,
    milestone_state,
)
from projects.models.project import CodeCounter, Lead, Project
from projects.models.updates import Update

__all__ = [
    "CodeCounter",
    "Contribution",
    "Delegate",
    "Exchange",
    "Indicator",
    "IndicatorValue",
    "Lead",
    "Milestone",
    "MilestoneState",
    "Participation",
    "Project",
    "ProjectPart",
    "Risk",
    "Update",
    "milestone_state",
]
