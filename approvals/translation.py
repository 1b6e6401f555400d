from approvals.models import Assignment, Proposal
from records.history import track

track(Proposal, Assignment)
