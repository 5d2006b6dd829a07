"""Rows of the registry by SQL, where a test is about reading them and the way to them is long."""

from typing import Any
from uuid import UUID

from shared.ids import uuid7
from tests.world import World


async def organisation_with_all(world: World, member: str) -> dict[str, Any]:
    """An active organisation with a member, a licence, an agreement, a master plan and a local partner: their ids."""
    pool = await world.pool("registry")
    ngo_id, agreement_id, plan_id, partner_id = (uuid7() for _ in range(4))
    await pool.execute(
        """
        INSERT INTO organisation (id, status, name, acronym, aliases, legal_form, origin_country, home_city,
                                  office_address, email, sectors, started_in_indonesia_on, counterpart_unit, applicant,
                                  applied_at, verified_at)
        VALUES ($1, 'active', 'N', 'N', '{}', 'x', 'NL', 'x', 'x', 'x@example.org', '{}', '2012-01-01', 'x', 'x', now(),
                now())
        """,
        ngo_id,
    )
    await pool.execute("INSERT INTO membership VALUES ($1, $2, 'ngo_admin', now())", member, ngo_id)
    await pool.execute(
        """
        INSERT INTO licence (id, ngo_id, kind, number, issuer, issued_on, valid_from, valid_to, recorded_at,
                             recorded_by)
        VALUES ($1, $2, 'IZIN_PRINSIP', 'x', 'x', '2020-01-01', '2020-01-01', '2023-01-01', now(), 'x')
        """,
        uuid7(),
        ngo_id,
    )
    await pool.execute(
        """
        INSERT INTO agreement (id, ngo_id, number, title, starts_on, ends_on, counterpart_unit, scope, regions, amount,
                               currency, signatory_functions, signed_at, signed_by)
        VALUES ($1, $2, $3, 'x', '2020-01-01', '2022-01-01', 'x', '{}', '{53.06}', 1, 'EUR', '{}', now(), 'x')
        """,
        agreement_id,
        ngo_id,
        f"DEMO-MSP-{member}",
    )
    await pool.execute(
        "INSERT INTO master_plan (id, agreement_id, approved_at, approved_by, approved_by_role) "
        "VALUES ($1, $2, now(), 'x', 'fasker_officer')",
        plan_id,
        agreement_id,
    )
    await pool.execute(
        """
        INSERT INTO master_plan_version (id, master_plan_id, version, activities, approved_at, approved_by,
                                         approved_by_role)
        VALUES ($1, $2, 1, '[]', now(), 'x', 'fasker_officer')
        """,
        uuid7(),
        plan_id,
    )
    await pool.execute(
        """
        INSERT INTO local_partner (id, ngo_id, status, name, legal_form, registration_number, registration_valid_to,
                                   regions, programme, proposed_at, proposed_by)
        VALUES ($1, $2, 'proposed', 'x', 'x', 'x', '2030-01-01', '{53.06}', 'x', now(), 'x')
        """,
        partner_id,
        ngo_id,
    )
    invitation_id = uuid7()
    await pool.execute(
        """
        INSERT INTO invitation (id, ngo_id, subject, role, status, invited_at, invited_by, expires_at)
        VALUES ($1, $2, $3, 'ngo_staff', 'open', now(), 'x', now() + interval '10 years')
        """,
        invitation_id,
        ngo_id,
        member,
    )
    file_id = uuid7()
    await pool.execute(
        """
        INSERT INTO evidence_file (id, ngo_id, status, kind, name, media_type, size_bytes, sha256, started_at,
                                   started_by, started_by_role, expires_at, ended_at)
        VALUES ($1, $2, 'stored', 'msp', 'x', 'application/pdf', 1, repeat('0', 64), now(), 'x', 'ngo_admin',
                now() + interval '1 day', now())
        """,
        file_id,
        ngo_id,
    )
    await pool.execute("INSERT INTO evidence_part VALUES ($1, 1, 'x')", file_id)
    opinion_id = uuid7()
    await pool.execute(
        """
        INSERT INTO local_partner_opinion (id, partner_id, body, stance, text, given_on, recorded_at, recorded_by,
                                           recorded_by_role)
        VALUES ($1, $2, 'kemlu', 'in_favour', 'x', '2020-01-01', now(), 'x', 'fasker_officer')
        """,
        opinion_id,
        partner_id,
    )
    licence_id = await pool.fetchval("SELECT id FROM licence WHERE ngo_id = $1", ngo_id)
    activity_id, measure_id = uuid7(), uuid7()
    await pool.execute(
        """
        INSERT INTO regional_activity (id, ngo_id, status, kind, agreement_id, licence_id, local_partner_ids, title,
                                       activities, regions, starts_on, ends_on, notified_at, notified_by)
        VALUES ($1, $2, 'notified', 'new', $3, $4, '{}', 'x', '{x}', '{53.06}', '2020-06-01', '2020-12-31', now(), 'x')
        """,
        activity_id,
        ngo_id,
        agreement_id,
        licence_id,
    )
    await pool.execute(
        """
        INSERT INTO measure (id, ngo_id, origin, kind, effect, decided_on, starts_on, reason, legal_basis,
                             document_sha256, recorded_at, recorded_by, recorded_by_role)
        VALUES ($1, $2, 'own', 'written_warning', 'none', '2020-01-01', '2020-01-01', 'x', 'x', repeat('0', 64), now(),
                'x', 'fasker_head')
        """,
        measure_id,
        ngo_id,
    )
    ids = {
        "licence_id": licence_id,
        "regional-activities/activity_id": activity_id,
        "measure_id": measure_id,
        "ngo_id": ngo_id,
        "agreement_id": agreement_id,
        "partner_id": partner_id,
        "opinion_id": opinion_id,
        "invitation_id": invitation_id,
        "file_id": file_id,
    }
    return ids | await _activity_with_alignment(pool, plan_id)


async def _activity_with_alignment(pool: Any, plan_id: UUID) -> dict[str, UUID]:
    activity_id, alignment_id = uuid7(), uuid7()
    await pool.execute(
        """
        INSERT INTO master_plan_activity (id, master_plan_id, position, title, detail, sector, priority, sdgs, regions,
                                          from_year, to_year, budget, currency, outcome_indicator)
        VALUES ($1, $2, 1, 'x', 'x', 'health', 'PN3-2020', '{3}', '{53.06}', 2020, 2021, 1, 'EUR', 'x')
        """,
        activity_id,
        plan_id,
    )
    await pool.execute(
        """
        INSERT INTO alignment (id, activity_id, item, weight, note, status, proposed_at, proposed_by, proposed_by_role)
        VALUES ($1, $2, 'PN4-2020', 10, 'x', 'proposed', now(), 'x', 'ngo_admin')
        """,
        alignment_id,
        activity_id,
    )
    return {"plan-activities/activity_id": activity_id, "alignment_id": alignment_id}
