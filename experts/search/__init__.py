"""From a question, in any of the three languages, to the experts who can answer it."""

from experts.search.answers import Concept, Facet, Facets, Found, Hit, Match, Reason
from experts.search.finding import find
from experts.search.matching import matches, suggest_fields

__all__ = [
    "Concept",
    "Facet",
    "Facets",
    "Found",
    "Hit",
    "Match",
    "Reason",
    "find",
    "matches",
    "suggest_fields",
]
