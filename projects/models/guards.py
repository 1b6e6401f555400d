"""What the database itself refuses: that one side alone changes what both agreed on.

The triggers stand below every door, so they hold for pages, API, administration,
imports, the shell and SQL alike. They let a write pass when the transaction names the
decision by which the other side accepted it (`approvals.services.agreed_by`).
"""

import pgtrigger

UNDECIDED = "NOT approvals_decided('project', project)"
REFUSED = """
    RAISE EXCEPTION 'both sides agreed on this: it changes by an accepted proposal only'
        USING ERRCODE = '23514', CONSTRAINT = 'projects_agreed_by_both', TABLE = TG_TABLE_NAME
"""
TRANSITIONS = """
    ('draft', 'proposed'), ('proposed', 'draft'), ('proposed', 'agreed'), ('agreed', 'active'),
    ('active', 'suspended'), ('suspended', 'active'), ('active', 'completed'),
    ('agreed', 'cancelled'), ('active', 'cancelled'), ('suspended', 'cancelled')
"""


def differs(*columns: str) -> str:
    return " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in columns)


def overwritten(*fields: str) -> str:
    """A text that was there has become another one; filling an empty language changes nothing agreed."""
    return " OR ".join(
        f"(coalesce(OLD.{column}, '') <> '' AND NEW.{column} IS DISTINCT FROM OLD.{column})"
        for field in fields
        for column in (f"{field}_en", f"{field}_ru", f"{field}_zh_hans")
    )


def project_guard() -> pgtrigger.Trigger:
    """A project's state, and what is agreed on in its own row."""
    return pgtrigger.Trigger(
        name="agreed",
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        when=pgtrigger.Before,
        declare=[("project", "uuid")],
        func=f"""
            IF TG_OP = 'DELETE' THEN
                project := OLD.id;
                IF OLD.state NOT IN ('draft', 'proposed') AND {UNDECIDED} THEN {REFUSED}; END IF;
                RETURN OLD;
            END IF;
            project := NEW.id;
            IF TG_OP = 'INSERT' THEN
                IF NEW.state <> 'draft' AND {UNDECIDED} THEN {REFUSED}; END IF;
                RETURN NEW;
            END IF;
            IF NEW.state <> OLD.state THEN
                IF (OLD.state, NEW.state) NOT IN ({TRANSITIONS}) THEN
                    RAISE EXCEPTION 'a project does not go from % to %', OLD.state, NEW.state
                        USING ERRCODE = '23514', CONSTRAINT = 'projects_project_transition',
                              TABLE = TG_TABLE_NAME;
                END IF;
                IF (NEW.state IN ('agreed', 'suspended', 'completed', 'cancelled')
                    OR OLD.state = 'suspended') AND {UNDECIDED} THEN {REFUSED}; END IF;
            END IF;
            IF NEW.visibility = 'public' AND OLD.visibility <> 'public'
               AND {UNDECIDED} THEN {REFUSED}; END IF;
            IF OLD.visibility = 'public' AND NEW.visibility <> 'public'
               OR OLD.visibility = 'shared' AND NEW.visibility = 'own' THEN
                RAISE EXCEPTION 'a visibility never narrows'
                    USING ERRCODE = '23514', CONSTRAINT = 'projects_project_never_narrows',
                          TABLE = TG_TABLE_NAME;
            END IF;
            IF OLD.state NOT IN ('draft', 'proposed')
               AND ({differs("id", "starts_on", "ends_on", "archived_at", "code", "programme_id")}
                    OR {overwritten("title")})
               AND {UNDECIDED} THEN {REFUSED}; END IF;
            RETURN NEW;
        """,
    )


def part_guard(
    *, columns: tuple[str, ...], texts: tuple[str, ...] = (), term: str = "true", always: str = "false"
) -> pgtrigger.Trigger:
    """What is agreed on in the rows of other tables, once their project is past `proposed`.

    A row that goes over to another project is asked about for both of them.
    `term` says of a `{row}` that it is something agreed on, which neither comes nor goes
    by one side's will; `always` is what needs both sides in any state of the project.
    """
    archived = f"NEW.archived_at IS DISTINCT FROM OLD.archived_at AND {term.format(row='OLD')}"
    is_record = "archived_at" in columns
    plain = tuple(name for name in columns if name != "archived_at")
    changes = [differs(*plain), overwritten(*texts), archived if is_record else ""]
    changed = " OR ".join(f"({change})" for change in changes if change)
    return pgtrigger.Trigger(
        name="agreed",
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        when=pgtrigger.Before,
        declare=[("projects", "uuid[]"), ("project", "uuid"), ("stands", "text"), ("touched", "boolean")],
        func=f"""
            IF TG_OP = 'DELETE' THEN
                projects := ARRAY[OLD.project_id];
                touched := {term.format(row="OLD")};
            ELSIF TG_OP = 'INSERT' THEN
                projects := ARRAY[NEW.project_id];
                touched := {term.format(row="NEW")};
            ELSE
                projects := ARRAY[OLD.project_id, NEW.project_id];
                touched := NEW.id <> OLD.id OR NEW.project_id <> OLD.project_id OR {changed};
            END IF;
            FOREACH project IN ARRAY projects LOOP
                SELECT state INTO stands FROM projects_project WHERE id = project;
                IF ((touched AND stands NOT IN ('draft', 'proposed'))
                    OR (TG_OP <> 'DELETE' AND ({always}))) AND {UNDECIDED} THEN {REFUSED}; END IF;
            END LOOP;
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            RETURN NEW;
        """,  # noqa: S608 - nothing in it comes from outside
    )
