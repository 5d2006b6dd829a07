"""What other resources show of what the registry told us."""

from uuid import UUID

from shared.http.body import ShortText, View


class OrganisationLink(View):
    id: UUID
    name: ShortText
    status: ShortText
