"""Stories over HTTP. What is published is for everybody."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request, Response
from pydantic import AwareDatetime, Field

from services.reporting.access import ActiveMember, Fasker, Reader
from services.reporting.stories import commands, queries
from services.reporting.stories.content import Category, StoryContent
from services.reporting.stories.rules import Status
from shared.http.auth import public
from shared.http.body import Body, LongText, Number, Reason, ShortText, ShortTexts, View
from shared.http.database import Db
from shared.http.etags import ExpectedVersion, read_response
from shared.http.paging import PageQuery, PageRequest, page_response, paged
from shared.http.routing import resource
from shared.http.selection import Selection, selects, shown, shown_page
from shared.http.writes import KeyedWrite

router = resource("/stories", tag="stories")

Area = Annotated[str | None, Query(pattern=r"^[0-9]{2}(\.[0-9]{2})?$", max_length=5, description="Province or regency")]


class Unpublication(Body):
    reason: Reason


class StoryView(View):
    id: UUID
    ngo_id: UUID
    title: ShortText
    category: Category
    summary: LongText
    text: LongText = Field(validation_alias="body")
    regions: ShortTexts
    sdg: list[Number] = Field(max_length=17)
    published_at: AwareDatetime | None


class PublishedStory(StoryView):
    ngo_name: ShortText


class WrittenStory(StoryView):
    consent_given: bool
    status: Status
    unpublication_reason: LongText | None
    version: Number


@router.get("", response_model=shown_page(PublishedStory), dependencies=[Depends(public)])
async def list_stories(
    *,
    request: Request,
    db: Db,
    paging: Annotated[PageRequest, Depends(paged(queries.PUBLISHED_SORTING))],
    chosen: Annotated[Selection, Depends(selects(PublishedStory))],
    region: Area = None,
    ngo_id: UUID | None = None,
    category: Category | None = None,
) -> Response:
    """What is published, newest first; of one province or regency, if you like."""
    rows = await queries.list_published(db, paging, region=region, ngo_id=ngo_id, category=category)
    return page_response(
        request,
        paging,
        rows,
        PublishedStory.of,
        chosen=chosen,
        sorting=queries.PUBLISHED_SORTING,
    )


@router.get("/written", response_model=shown_page(WrittenStory))
async def list_written_stories(
    *,
    request: Request,
    scope: Reader,
    db: Db,
    paging: PageQuery,
    chosen: Annotated[Selection, Depends(selects(WrittenStory))],
    status: Status | None = None,
) -> Response:
    """All stories of your own NGO, or what was submitted: in your regions, or by all."""
    rows = await queries.list_written(db, scope, paging, status=status)
    return page_response(request, paging, rows, WrittenStory.of, chosen=chosen)


@router.get("/{story_id}", response_model=shown(PublishedStory), dependencies=[Depends(public)])
async def get_story(
    story_id: UUID,
    db: Db,
    request: Request,
    chosen: Annotated[Selection, Depends(selects(PublishedStory))],
) -> Response:
    """A published story."""
    row = await queries.get_published(db, story_id)
    return read_response(request, PublishedStory.of(row), row["version"], chosen=chosen)


@router.post("", status_code=201, response_model=WrittenStory)
async def write_story(body: StoryContent, member: ActiveMember, write: KeyedWrite) -> Response:
    """Begin a story; its text must hold no personal data (V25)."""
    async with write.begin() as tx:
        story = WrittenStory.model_validate(dict(await commands.create(tx.conn, body, member=member, now=tx.now)))
        tx.answer(story, status=201, version=story.version)  # no Location: its address is the published story's
    return tx.response


@router.put("/{story_id}", response_model=WrittenStory)
async def edit_story(
    story_id: UUID, body: StoryContent, member: ActiveMember, version: ExpectedVersion, write: KeyedWrite
) -> Response:
    """While it is a draft."""
    async with write.begin() as tx:
        row = await commands.edit(tx.conn, story_id, body, version=version, member=member, now=tx.now)
        tx.answer(WrittenStory.of(row), version=row["version"])
    return tx.response


@router.post("/{story_id}/submission", response_model=WrittenStory)
async def submit_story(story_id: UUID, member: ActiveMember, version: ExpectedVersion, write: KeyedWrite) -> Response:
    """Hand it to Fasker; all people shown must have consented (V25)."""
    async with write.begin() as tx:
        row = await commands.submit(tx.conn, story_id, version=version, member=member, now=tx.now)
        tx.answer(WrittenStory.of(row), version=row["version"])
    return tx.response


@router.post("/{story_id}/publication", response_model=WrittenStory)
async def publish_story(story_id: UUID, _: Fasker, version: ExpectedVersion, write: KeyedWrite) -> Response:
    """Show it to the public."""
    async with write.begin() as tx:
        row = await commands.publish(tx.conn, story_id, version=version, actor=tx.actor, now=tx.now)
        tx.answer(WrittenStory.of(row), version=row["version"])
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
        tx.answer(WrittenStory.of(row), version=row["version"])
    return tx.response
