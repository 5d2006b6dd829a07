"""An NGO announces a visit with the generated Python client: python ngo.py, with REPORTING and NGO_TOKEN set.

It shows what every caller meets: a refusal as a typed problem, a repetition that is one effect, a change that names its
version, and the positions by which other services' readers wait. Its last line is JSON for the next example.
"""

import json
import os
import re
import sys
from datetime import date, timedelta
from uuid import UUID, uuid4

from singo_client.reporting import AuthenticatedClient
from singo_client.reporting.api.obligations import list_obligations
from singo_client.reporting.api.visits import announce_visit, change_visit, get_visit
from singo_client.reporting.models import Announcement, Guest, ObligationStatus, ProblemDocument, Stop, VisitView
from singo_client.reporting.types import UNSET, Response, Unset


class Refused(Exception):
    """What the service says is wrong, and how to mend it."""


def done(answer: Response[VisitView | ProblemDocument]) -> VisitView:
    if isinstance(answer.parsed, VisitView):
        return answer.parsed
    raise Refused(answer.parsed.detail if answer.parsed else answer.status_code)


def announcement(first: date, guests: list[Guest]) -> Announcement:
    return Announcement(
        purpose="Melihat hasil program sanitasi",
        starts_on=first,
        ends_on=first + timedelta(days=2),
        guests=guests,
        stops=[Stop(region="53.06", on=first, place="Larantuka")],
    )


def main() -> None:
    client = AuthenticatedClient(base_url=os.environ["REPORTING"], token=os.environ["NGO_TOKEN"])
    first = date.fromisoformat(os.environ["FIRST_DAY"])
    guest = Guest(name="Tamu contoh", nationality="NL", passport_number="DEMO0001")

    # A refusal is a value with a type: which field, what is wrong, by which rule, how to mend it.
    refused = announce_visit.sync(client=client, body=announcement(first, [guest, guest]), idempotency_key=str(uuid4()))
    assert isinstance(refused, ProblemDocument)
    assert refused.status == 422
    assert refused.errors
    print(f"refused: {refused.errors[0].pointer}: {refused.errors[0].detail} ({refused.mend})")

    # One key for one intent: after a lost answer, send the same again.
    key = str(uuid4())
    body = announcement(first, [guest])
    visit = done(announce_visit.sync_detailed(client=client, body=body, idempotency_key=key))
    again = announce_visit.sync_detailed(client=client, body=body, idempotency_key=key)
    assert done(again).id == visit.id
    assert again.headers["Idempotent-Replayed"] == "true"
    print(f"announced: {visit.id}, {visit.status}; the repetition changed nothing")

    # A change names the version that it is based on.
    read = get_visit.sync_detailed(client=client, visit_id=visit.id)
    moved = announcement(first + timedelta(days=7), [guest])
    tag = read.headers["ETag"]
    changed = change_visit.sync_detailed(
        client=client, visit_id=visit.id, body=moved, if_match=tag, idempotency_key=str(uuid4())
    )
    late = change_visit.sync(client=client, visit_id=visit.id, body=body, if_match=tag, idempotency_key=str(uuid4()))
    assert isinstance(late, ProblemDocument)
    assert late.status == 412
    print(f"moved to {done(changed).starts_on}; a second change of the same version is refused: {late.detail}")

    print(f"{len(every_unmet_duty(client))} duties are open")
    positions = re.findall(r'position="([^"]+)"', changed.headers["Singo-Events"])
    json.dump({"visit_id": str(visit.id), "after": ",".join(positions)}, sys.stdout)
    print()


def every_unmet_duty(client: AuthenticatedClient) -> list[UUID]:
    """Page by page: `next_cursor` of one leads to the next."""
    duties: list[UUID] = []
    cursor: str | Unset = UNSET
    while True:
        page = list_obligations.sync(client=client, limit=5, cursor=cursor)
        assert page is not None
        assert not isinstance(page, ProblemDocument)
        duties += [each.id for each in page.items if each.status != ObligationStatus.FULFILLED]
        if not isinstance(page.next_cursor, str):
            return duties
        cursor = page.next_cursor


if __name__ == "__main__":
    main()
