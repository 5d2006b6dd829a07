"""Stories over HTTP. What is published is for everybody."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import AwareDatetime, Field

from services.reporting.access import ActiveMember, Fasker, Reader
from services.reporting.stories import commands, queries
from services.reporting.stories.content import Category, StoryContent
from services.reporting.stories.rules import Status
from shared.http.auth import public
from shared.http.body import Body, Page, Reason, View
from shared.http.etags import ExpectedVersion, read_response
from shared.http.paging import PageQuery, page
from shared.http.writes import KeyedWrite
from shared.operations import Db

router = APIRouter(prefix="/stories", tags=["stories"])

Area = Annotated[str | None, Query(pattern=r"^[0-9]{2}(\.[0-9]{2})?$", description="Province or regency")]


class Unpublication(Body):
    reason: Reason


class StoryView(View):
    id: UUID
    ngo_id: UUID
    title: str
    category: Category
    summary: str
    text: str = Field(validation_alias="body")
    regions: list[str]
    sdg: list[int]
    published_at: AwareDatetime | None


class PublishedStory(StoryView):
    ngo_name: str


class WrittenStory(StoryView):
    consent_given: bool
    status: Status
    unpublication_reason: str | None
    version: int


@router.get("", dependencies=[Depends(public)])
async def list_stories(db: Db, paging: PageQuery, region: Area = None) -> Page[PublishedStory]:
    """What is published, newest first; of one province or regency, if you like."""
    rows = await queries.list_published(db, paging, region=region)
    return page(rows, paging, lambda row: PublishedStory.model_validate(dict(row)))


@router.get("/written")
async def list_written_stories(
    scope: Reader, db: Db, paging: PageQuery, status: Status | None = None
) -> Page[WrittenStory]:
    """All stories of your own NGO, or what was submitted: in your regions, or by all."""
    rows = await queries.list_written(db, scope, paging, status=status)
    return page(rows, paging, lambda row: WrittenStory.model_validate(dict(row)))


@router.get("/{story_id}", response_model=PublishedStory, dependencies=[Depends(public)])
async def get_story(story_id: UUID, db: Db, request: Request) -> Response:
    """A published story."""
    row = await queries.get_published(db, story_id)
    return read_response(request, PublishedStory.model_validate(dict(row)), row["version"])


@router.post("", status_code=201, response_model=WrittenStory)
async def write_story(body: StoryContent, member: ActiveMember, write: KeyedWrite) -> Response:
    """Begin a story; its text must hold no personal data (V25)."""
    async with write.begin() as tx:
        story = WrittenStory.model_validate(dict(await commands.create(tx.conn, body, member=member)))
        tx.answer(story, status=201, version=story.version, location=f"/v1/stories/{story.id}")
    return tx.response


@router.put("/{story_id}", response_model=WrittenStory)
async def edit_story(
    story_id: UUID, body: StoryContent, member: ActiveMember, version: ExpectedVersion, write: KeyedWrite
) -> Response:
    """While it is a draft."""
    async with write.begin() as tx:
        row = await commands.edit(tx.conn, story_id, body, version=version, member=member)
        tx.answer(WrittenStory.model_validate(dict(row)), version=row["version"])
    return tx.response


@router.post("/{story_id}/submission", response_model=WrittenStory)
async def submit_story(story_id: UUID, member: ActiveMember, version: ExpectedVersion, write: KeyedWrite) -> Response:
    """Hand it to Fasker; all people shown must have consented (V25)."""
    async with write.begin() as tx:
        row = await commands.submit(tx.conn, story_id, version=version, member=member, now=tx.now)
        tx.answer(WrittenStory.model_validate(dict(row)), version=row["version"])
    return tx.response


@router.post("/{story_id}/publication", response_model=WrittenStory)
async def publish_story(story_id: UUID, _: Fasker, version: ExpectedVersion, write: KeyedWrite) -> Response:
    """Show it to the public."""
    async with write.begin() as tx:
        row = await commands.publish(tx.conn, story_id, version=version, actor=tx.actor, now=tx.now)
        tx.answer(WrittenStory.model_validate(dict(row)), version=row["version"])
    return tx.response


@router.post("/{story_id}/unpublication", response_model=WrittenStory)
async def unpublish_story(
    story_id: UUID, body: Unpublication, _: Fasker, version: ExpectedVersion, write: KeyedWrite
) -> Response:
    """Take it back from the public."""
    async with write.begin() as tx:
        row = await commands.unpublish(
            tx.conn, story_id, reason=body.reason, version=version, actor=tx.actor, now=tx.now
        )
        tx.answer(WrittenStory.model_validate(dict(row)), version=row["version"])
    return tx.response
