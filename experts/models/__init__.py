"""Experts, what they know, what is asked of them, and what comes of it."""

from experts.models.brought import ExpertImport
from experts.models.duplicates import DuplicatePair
from experts.models.engagement import Engagement
from experts.models.erasure import Erasure
from experts.models.expert import Expert, ExpertContact, ExpertLanguage, Level, Work
from experts.models.fields import ExpertiseField
from experts.models.invitation import Invitation, InvitationMessage, Letter
from experts.models.log import ExpertAccess
from experts.models.request import ExpertiseRequest
from experts.models.search import NameWord, SearchEntry

__all__ = [
    "DuplicatePair",
    "Engagement",
    "Erasure",
    "Expert",
    "ExpertAccess",
    "ExpertContact",
    "ExpertImport",
    "ExpertLanguage",
    "ExpertiseField",
    "ExpertiseRequest",
    "Invitation",
    "InvitationMessage",
    "Letter",
    "Level",
    "NameWord",
    "SearchEntry",
    "Work",
]
