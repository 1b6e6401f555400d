"""The question that the guards of agreed data ask: is there a decision behind this write?"""

from django.db import migrations

DECIDED = """
CREATE FUNCTION approvals_decided(kind text, subject uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    -- The decision was made in this very transaction, by another side than the one that asked,
    -- on this very record. A decision of earlier stands behind nothing but what it did then.
    RETURN EXISTS (
        SELECT FROM approvals_decision AS decision
        JOIN approvals_proposal AS proposal ON proposal.id = decision.proposal_id
        WHERE decision.id::text = current_setting('approvals.decision', true)
          AND decision.verdict = 'accept'
          AND decision.city_id <> proposal.city_id
          AND decision.transaction = (pg_current_xact_id()::text)::bigint
          AND proposal.subject_kind = kind
          AND proposal.subject_id = subject
    );
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("approvals", "0002_initial")]
    operations = [migrations.RunSQL(DECIDED, "DROP FUNCTION approvals_decided(text, uuid)")]
