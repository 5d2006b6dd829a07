"""The service's database, for endpoints and guards."""

from typing import Annotated

from fastapi import Depends, Request

from shared.db import Database


def database_of(request: Request) -> Database:
    db: Database = request.app.state.db
    return db


async def _database(request: Request) -> Database:
    return database_of(request)


Db = Annotated[Database, Depends(_database)]
