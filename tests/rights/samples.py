"""Things that are there after the story, for each id in each path: whose, where, and whether they are drafts still."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from shared.http.rights import Reach
from tests.rights.people import Caller

ON_REQUESTS: Final = """
    SELECT id::text AS value, ngo_id::text, regions, '{}'::text[] AS whose, submitted_at IS NULL AS draft,
           status = 'revision_requested' AS reopened
    FROM recommendation_request WHERE kind = '%s'
"""
OF_DOCUMENTS: Final = """
    SELECT d.id::text AS value, d.ngo_id::text, coalesce(v.regions, d.regions) AS regions, '{}'::text[] AS whose,
           d.submitted_version = 0 AS draft, d.status = 'revision_requested' AS reopened
    FROM %s d LEFT JOIN submitted_version v ON v.document_id = d.id AND v.version = d.submitted_version
"""
WITH_REGIONS: Final = "SELECT id::text AS value, ngo_id::text, regions, '{}'::text[] AS whose, false AS draft FROM %s"
ANYWHERE: Final = "SELECT %s AS value, '' AS ngo_id, '{}'::text[] AS regions, '{}'::text[] AS whose, false AS draft"
INVITATIONS: Final = """
    SELECT id::text AS value, ngo_id::text, '{}'::text[] AS regions, ARRAY[subject] AS whose, false AS draft
    FROM invitation WHERE status = 'open'
"""

SAMPLES: Final = {
    "registry /v1/organisations/{ngo_id}": """
        SELECT id::text AS value, id::text AS ngo_id, '{}'::text[] AS regions,
               CASE WHEN status = 'rejected' THEN ARRAY[applicant] ELSE '{}' END AS whose, false AS draft
        FROM organisation
    """,
    "registry /v1/organisations/{ngo_id}/members/{subject:path}": """
        SELECT subject AS value, ngo_id::text, '{}'::text[] AS regions, '{}'::text[] AS whose, false AS draft
        FROM membership WHERE subject LIKE '%-extra'
    """,
    "registry /v1/organisations/{ngo_id}/invitations/{invitation_id}": INVITATIONS,
    "registry /v1/invitations/{invitation_id}": INVITATIONS,
    "registry /v1/agreements/{agreement_id}": WITH_REGIONS % "agreement",
    "registry /v1/local-partners/{partner_id}": WITH_REGIONS % "local_partner",
    "registry /v1/register/{ngo_id}": ANYWHERE % "(SELECT id::text FROM organisation WHERE status = 'active' LIMIT 1)",
    "registry /v1/regions/{code}": ANYWHERE % "'53.06'",
    "reporting /v1/obligations/{obligation_id}": WITH_REGIONS % "obligation",
    "reporting /v1/work-plans/{plan_id}": OF_DOCUMENTS % "work_plan",
    "reporting /v1/reports/{report_id}": OF_DOCUMENTS % "report",
    "reporting /v1/visits/{visit_id}": WITH_REGIONS % "visit",
    "reporting /v1/stories/{story_id}": """
        SELECT id::text AS value, ngo_id::text, regions, '{}'::text[] AS whose, status = 'draft' AS draft
        FROM story WHERE status IN ('draft', 'published')
    """,
    "recommendations /v1/foreign-staff-requests/{request_id}": ON_REQUESTS % "foreign_staff",
    "recommendations /v1/tax-relief-requests/{request_id}": ON_REQUESTS % "tax_relief",
    "recommendations /v1/letters/{letter_id}": """
        SELECT l.id::text AS value, r.ngo_id::text, r.regions, '{}'::text[] AS whose, false AS draft
        FROM letter l JOIN recommendation_request r ON r.id = l.request_id
    """,
    "recommendations /v1/letters/{code}": ANYWHERE % "(SELECT public_code FROM letter LIMIT 1)",
    "recommendations /v1/foreign-staff/{posting_id}": """
        SELECT id::text AS value, ngo_id::text, ARRAY[duty_region] AS regions, '{}'::text[] AS whose, false AS draft
        FROM posting
    """,
    "notifications /v1/subscriptions/{subscription_id}": """
        SELECT id::text AS value, '' AS ngo_id, '{}'::text[] AS regions, ARRAY[owner] AS whose, false AS draft
        FROM subscription
    """,
    "notifications /v1/inbox/{message_id}": """
        SELECT DISTINCT ON (to_ngo) id::text AS value, '' AS ngo_id, '{}'::text[] AS regions,
               ARRAY(SELECT subject FROM membership m WHERE m.ngo_id = to_ngo) AS whose, false AS draft
        FROM message WHERE to_ngo IS NOT NULL
    """,
    "/ops/v1/events/{event_id}": ANYWHERE % "(SELECT id::text FROM event LIMIT 1)",
    "/ops/v1/parked/{source}": ANYWHERE % "'reporting'",
    "/ops/v1/parked/{source}/{key}": ANYWHERE % "'none'",
    "/ops/v1/parked/{source}/{key}/{sequence}": ANYWHERE % "'1'",
    "/ops/v1/sources/{source}": ANYWHERE % "'reporting'",
    "/problems/{slug}": ANYWHERE % "'not-found'",
}
"""By service (none: all of them) and the path up to the parameter. A new parameter needs a sample here."""


@dataclass(frozen=True)
class Thing:
    """A row: its organisation, its regions, the people whose own it is."""

    value: str
    ngo_id: str
    regions: tuple[str, ...]
    whose: tuple[str, ...] = ()
    draft: bool = False

    def is_within(self, reaches: set[Reach], caller: Caller) -> bool:
        """Whether it exists for somebody with these reaches. A draft is its own organisation's only."""
        if Reach.OWN in reaches and caller.ngo_id and caller.ngo_id == self.ngo_id:
            return True
        if Reach.SELF in reaches and caller.person and caller.person.sub in self.whose:
            return True
        if self.draft:
            return False
        return Reach.ALL in reaches or (Reach.REGIONS in reaches and any(map(caller.covers, self.regions)))


async def things(pool: Any, service: str, path: str, ngos: Sequence[str]) -> list[Thing]:
    """For a path up to its parameter: one of each organisation, published, draft and reopened, if there is one."""
    sql = SAMPLES.get(f"{service} {path}") or SAMPLES.get(path)
    assert sql, f"{service} {path}: add a sample of this parameter to tests/rights/samples.py"
    rows = await pool.fetch(
        f"""
        SELECT DISTINCT ON (ngo_id, draft, whose, to_jsonb(s) ->> 'reopened') * FROM ({sql}) s
        WHERE ngo_id = ANY($1) OR ngo_id = '' OR whose <> '{{}}'
        ORDER BY ngo_id, draft, whose, to_jsonb(s) ->> 'reopened', value DESC
        """,  # noqa: S608 (of the samples above)
        list(ngos),
    )
    assert rows, f"{service} {path}: nothing there"
    return [Thing(r["value"], r["ngo_id"], tuple(r["regions"]), tuple(r["whose"]), r["draft"]) for r in rows]
