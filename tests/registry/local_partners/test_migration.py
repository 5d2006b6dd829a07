"""Partners that were decided on before there was a clearance keep their status, and their decision becomes a step."""

from pathlib import Path

import asyncpg

from services.registry import local_partners
from tests.world import World

MIGRATIONS = Path(local_partners.__file__).parents[1] / "migrations"


async def test_partners_of_before_are_right_after_the_migration(world: World) -> None:
    conn = await asyncpg.connect(world.servers.dsn, database=world.database)
    await conn.execute("CREATE SCHEMA before; SET search_path TO before")
    for name in ("0003_organisations", "0005_local_partners"):
        await conn.execute((MIGRATIONS / f"{name}.sql").read_text())
    await conn.execute(
        """
        INSERT INTO organisation (id, status, name, acronym, aliases, legal_form, origin_country, home_city,
                                  office_address, email, sectors, started_in_indonesia_on, counterpart_unit, applicant,
                                  applied_at)
        VALUES (gen_random_uuid(), 'applied', 'N', 'N', '{}', 'x', 'NL', 'x', 'x', 'x', '{}', '2012-01-01', 'x', 'x',
                now());
        INSERT INTO local_partner (id, ngo_id, status, name, legal_form, registration_number, registration_valid_to,
                                   regions, programme, proposed_at, proposed_by, decided_at, decided_by,
                                   decided_by_role, notes, version)
        SELECT gen_random_uuid(), o.id, p.status, 'x', 'x', p.status, '2030-01-01', '{53.06}', 'x', now(), 'x',
               p.at, p.by, p.by, p.notes, p.version
        FROM organisation o CROSS JOIN (VALUES
            ('proposed', NULL, NULL, NULL, 1),
            ('approved', '2020-01-01'::timestamptz, 'officer', NULL, 2),
            ('approved_with_notes', '2020-01-01', 'officer', 'renew the SKT', 2),
            ('rejected', '2020-01-01', 'officer', 'no SKT', 2)
        ) AS p (status, at, by, notes, version)
        """
    )

    await conn.execute((MIGRATIONS / "0018_partner_clearance.sql").read_text())

    steps = await conn.fetch(
        """
        SELECT p.status, s.action, s.to_status, s.version, s.note
        FROM local_partner p LEFT JOIN local_partner_step s ON s.partner_id = p.id ORDER BY p.status
        """
    )
    assert [tuple(step) for step in steps] == [
        ("approved", "approve", "approved", 2, None),
        ("approved_with_notes", "approve with notes", "approved_with_notes", 2, "renew the SKT"),
        ("proposed", None, None, None, None),
        ("rejected", "reject", "rejected", 2, "no SKT"),
    ]
    await conn.close()
