"""The pages that the `type` of a problem leads to: what it means and how to mend it, Indonesian first."""

import html
from collections.abc import Iterable
from typing import Final

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse

from shared.errors import NotFound, Problem
from shared.http.auth import public
from shared.http.problems import words_of

PAGE: Final = """<!doctype html>
<html lang="id">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{type} - SINGO</title>
<h1>{status} {type}</h1>
<h2>{title_id}</h2>
<p>{mend_id}</p>
<section lang="en">
<h2>{title_en}</h2>
<p>{mend_en}</p>
</section>
<nav><a href="/problems">Semua jenis masalah / <span lang="en">all kinds of problems</span></a></nav>
</html>
"""
LIST: Final = """<!doctype html>
<html lang="id">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Jenis masalah - SINGO</title>
<h1>Jenis masalah <span lang="en">(kinds of problems)</span></h1>
<ul>
{items}
</ul>
</html>
"""

pages = APIRouter(prefix="/problems", tags=["problems"], include_in_schema=False, dependencies=[Depends(public)])


def all_problems(problem: type[Problem] = Problem) -> Iterable[type[Problem]]:
    yield problem
    for narrower in problem.__subclasses__():
        yield from all_problems(narrower)


def _page(content: str) -> HTMLResponse:
    return HTMLResponse(content, headers={"Content-Language": "id, en"})


@pages.get("")
async def all_kinds() -> HTMLResponse:
    """Every kind of problem that this service answers with."""
    items = (
        f'<li><a href="/problems/{kind.type}">{kind.status} {kind.type}</a>: {html.escape(words_of(kind, "id")[0])}'
        for kind in sorted(all_problems(), key=lambda kind: (kind.status, kind.type))
    )
    return _page(LIST.format(items="\n".join(items)))


@pages.get("/{slug}")
async def explain(slug: str) -> HTMLResponse:
    """What a problem type means and how to mend it."""
    problem = next((kind for kind in all_problems() if kind.type == slug), None)
    if problem is None:
        raise NotFound("there is no problem of this type", indonesian="tidak ada masalah dengan jenis ini")
    title_id, mend_id = words_of(problem, "id")
    title_en, mend_en = words_of(problem, "en")
    texts = {
        "type": problem.type,
        "status": str(problem.status),
        "title_id": title_id,
        "mend_id": mend_id,
        "title_en": title_en,
        "mend_en": mend_en,
    }
    return _page(PAGE.format(**{name: html.escape(text) for name, text in texts.items()}))
