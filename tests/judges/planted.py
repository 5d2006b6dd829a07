"""A small service with one mistake at each address but one: what schemathesis must find, so that it is known to look.

python -m tests.judges.planted PORT
"""

import sys
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Final

import uvicorn
from fastapi import Depends, FastAPI, HTTPException, Request, Response
from fastapi.responses import JSONResponse
from fastapi.security import HTTPBearer
from pydantic import BaseModel, ConfigDict, Field

TOKEN: Final = "made-up"
CLEAN: Final = {"GET /v1/right", "POST /v1/right"}
PLANTED: Final = {
    ("GET /v1/breaks", "ServerError"),
    ("GET /v1/undocumented-status", "UndefinedStatusCode"),
    ("GET /v1/other-media-type", "UndefinedContentType"),
    ("GET /v1/wrong-header", "JsonSchemaError"),
    ("GET /v1/wrong-field", "JsonSchemaError"),
    ("GET /v1/further-field", "JsonSchemaError"),
    ("POST /v1/takes-anything", "AcceptedNegativeData"),
    ("POST /v1/takes-less", "RejectedPositiveData"),
    ("POST /v1/without-key", "MissingHeaderNotRejected"),
    ("DELETE /v1/other-verbs", "UnsupportedMethodResponse"),
    ("OPTIONS /v1/things/{thing_id}", "AllowHeaderMismatch"),
    ("GET /v1/open", "IgnoredAuth"),
    ("POST /v1/lost", "CustomFailure"),
    ("Stateful tests", "UseAfterFree"),
}
"""Where -> what must be found there."""

app = FastAPI(redirect_slashes=False, generate_unique_id_function=lambda route: route.name)
things: dict[str, dict[str, Any]] = {}


class Shown(BaseModel):
    id: str = Field(max_length=40)
    count: int = 1


class Given(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    name: str = Field(min_length=1, max_length=20)
    count: int = Field(ge=0, le=1000)


async def known(request: Request) -> None:
    if request.headers.get("Authorization") != f"Bearer {TOKEN}":
        raise HTTPException(401)


bearer: Final = Depends(HTTPBearer(auto_error=False))
signed_in: Final = [bearer, Depends(known)]
Count = Annotated[int, Field(ge=0, le=1000)]


@app.middleware("http")
async def strict(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    """Parameters that nobody asked for are refused, as the services do."""
    if {*request.query_params} - {"count"}:
        return JSONResponse({}, 422)
    return await call_next(request)


REFUSED: Final[dict[int | str, dict[str, Any]]] = {status: {} for status in (401, 404, 405, 422)}


@app.get("/v1/right", dependencies=signed_in, responses=REFUSED)
async def right(count: Count = 1) -> Shown:
    return Shown(id="1", count=count)


@app.post("/v1/right", dependencies=signed_in, responses=REFUSED)
async def right_too(given: Given) -> Shown:
    return Shown(id=given.name[:1])


@app.get("/v1/breaks", dependencies=signed_in, responses=REFUSED | {500: {}})
async def breaks(count: Count = 1) -> Shown:
    if count == 1000:
        raise HTTPException(500)
    return Shown(id="1")


@app.get("/v1/undocumented-status", dependencies=signed_in, responses=REFUSED)
async def undocumented_status(count: Count = 1) -> Shown:
    if count == 1000:
        raise HTTPException(418)
    return Shown(id="1")


@app.get("/v1/other-media-type", dependencies=signed_in, responses=REFUSED, response_model=Shown)
async def other_media_type() -> Response:
    return Response("1", media_type="text/plain")


NUMBER: Final[dict[str, Any]] = {"headers": {"Left": {"schema": {"type": "integer"}}}}


@app.get("/v1/wrong-header", dependencies=signed_in, responses=REFUSED | {200: NUMBER})
async def wrong_header(response: Response) -> Shown:
    response.headers["Left"] = "some"
    return Shown(id="1")


@app.get("/v1/wrong-field", dependencies=signed_in, responses=REFUSED, response_model=Shown)
async def wrong_field() -> Response:
    return JSONResponse({"id": 1, "count": 1})


@app.get("/v1/further-field", dependencies=signed_in, responses=REFUSED, response_model=Shown)
async def further_field() -> Response:
    return JSONResponse({"id": "1", "count": 1, "secret": "x"})


BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Given"}}},
    }
}


@app.post("/v1/takes-anything", dependencies=signed_in, responses=REFUSED, openapi_extra=BODY)
async def takes_anything() -> Shown:
    return Shown(id="1")


@app.post("/v1/takes-less", dependencies=signed_in, responses=REFUSED | {400: {}})
async def takes_less(given: Given) -> Shown:
    if given.count > 500:
        raise HTTPException(400)
    return Shown(id="1")


KEY: Final[dict[str, Any]] = {
    "parameters": [
        {"name": "Idempotency-Key", "in": "header", "required": True, "schema": {"type": "string", "minLength": 1}}
    ]
}


@app.post("/v1/without-key", dependencies=signed_in, responses=REFUSED, openapi_extra=KEY)
async def without_key() -> Shown:
    return Shown(id="1")


@app.patch("/v1/other-verbs", dependencies=signed_in, responses=REFUSED)
async def other_verbs() -> Shown:
    return Shown(id="1")


@app.delete("/v1/other-verbs", include_in_schema=False)
async def not_told() -> Shown:
    return Shown(id="1")


@app.get("/v1/open", dependencies=[bearer], responses=REFUSED)
async def open_to_all() -> Shown:
    return Shown(id="1")


@app.post("/v1/lost", status_code=201, dependencies=signed_in, responses=REFUSED)
async def lost(response: Response) -> Shown:
    response.headers["Location"] = "/v1/nowhere"
    return Shown(id="1")


FOUND: Final[dict[str, Any]] = {"parameters": {"path.thing_id": "$response.body#/id"}}
LINKS: Final[dict[str, Any]] = {
    "links": {name: FOUND | {"operationId": name} for name in ("read_thing", "delete_thing")}
}
DELETED: Final[dict[str, Any]] = {
    "links": {"read_thing": {"operationId": "read_thing", "parameters": {"path.thing_id": "$request.path.thing_id"}}}
}


@app.post("/v1/things", status_code=201, dependencies=signed_in, responses=REFUSED | {201: LINKS})
async def make_thing() -> Shown:
    id_ = str(len(things) + 1)
    things[id_] = {"id": id_}
    return Shown(id=id_)


@app.get("/v1/things/{thing_id}", dependencies=signed_in, responses=REFUSED)
async def read_thing(thing_id: str) -> Shown:
    if thing_id not in things:
        raise HTTPException(404)
    return Shown(id=thing_id)


@app.delete("/v1/things/{thing_id}", dependencies=signed_in, responses=REFUSED | {200: DELETED})
async def delete_thing(thing_id: str) -> Shown:
    """Says that it is gone, and does not delete it: found only by who asks again, in a sequence."""
    return await read_thing(thing_id)


def main() -> None:
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="critical")


if __name__ == "__main__":
    main()
