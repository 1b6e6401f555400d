"""The programme: what was signed (`agreed`), and what meetings resolve under it (`minutes`)."""

from programme.models.agreed import (
    CODE,
    Agreement,
    AgreementQuerySet,
    Area,
    Citation,
    Event,
    EventParticipant,
    LoadedFact,
    Programme,
    Provision,
    Remit,
    Side,
    Source,
    Statement,
    agreement_state,
    validate_languages,
)
from programme.models.minutes import Obligation, Resolution, State, obligation_state

__all__ = [
    "CODE",
    "Agreement",
    "AgreementQuerySet",
    "Area",
    "Citation",
    "Event",
    "EventParticipant",
    "LoadedFact",
    "Obligation",
    "Programme",
    "Provision",
    "Remit",
    "Resolution",
    "Side",
    "Source",
    "State",
    "Statement",
    "agreement_state",
    "obligation_state",
    "validate_languages",
]
