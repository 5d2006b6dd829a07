"""A good practice is published; everybody sees it."""

from datetime import UTC, datetime

from demo.cast import FASKER
from demo.stage import Stage


async def story_published(stage: Stage) -> None:
    await stage.chapter("Praktik baik untuk umum", "A good practice for all", datetime(2021, 1, 11, 2, tzinfo=UTC))
    snv = stage.partners["snv"]
    story = {
        "title": "Sanitasi berbasis masyarakat di Flores Timur",
        "category": "good_practice",
        "summary": "Desa bebas buang air besar sembarangan. (Data contoh)",
        "text": "Warga menyusun aturan desa dan membangun jamban bersama. (Data contoh)",
        "regions": ["53.06"],
        "sdg": [6],
        "consent_given": True,
    }
    draft, _ = await stage.quietly(snv.person, "POST", "reporting", "/v1/stories", story)
    path = f"/v1/stories/{draft.body['id']}"
    sent = await stage.act(snv.person, "offers a story", "POST", "reporting", f"{path}/submission", match=draft.version)
    await stage.act(FASKER, "publishes it", "POST", "reporting", f"{path}/publication", match=sent.version)
    public = await stage.read(None, "reporting", "/v1/stories")
    stage.narrator.expect("stories that the public sees", 1, len(public["items"]))
