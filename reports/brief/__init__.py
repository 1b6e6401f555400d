"""The brief for a meeting: what to raise, on two pages, as PDF and DOCX in three languages."""
