"""Notices of activities in regions, as a form that is filled in as it must be."""

from collections.abc import Mapping
from typing import Any


def notice(ids: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """`ids`: of the agreement and the licence."""
    return {
        "kind": "new",
        "agreement_id": str(ids["agreement_id"]),
        "licence_id": str(ids["licence_id"]),
        "local_partner_ids": [],
        "title": "Pelatihan sanitasi",
        "activities": ["Pelatihan kader desa"],
        "regions": ["53.06"],
        "starts_on": "2020-06-01",
        "ends_on": "2020-12-31",
    } | changes
