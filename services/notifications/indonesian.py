"""What notifications says in Indonesian. English stands where a thing is refused; a test finds what is missing here."""

from collections.abc import Mapping
from typing import Final

from shared.http.translation import translator

TEXTS: Final[Mapping[str, str]] = {
    "your token names no region": "token Anda tidak menyebut wilayah",
    "your token covers {own} only": "token Anda hanya mencakup {own}",
    "your token covers {own} only: name regions inside of it in `regions`": (
        "token Anda hanya mencakup {own}: sebutkan wilayah di dalamnya dalam `regions`"
    ),
    "{region} is outside of {own}, which your token covers": "{region} di luar {own}, yang dicakup token Anda",
    "must be the code of a province, regency or city, such as `53` or `53.06`": (
        "harus kode provinsi, kabupaten, atau kota, seperti `53` atau `53.06`"
    ),
    "you have no subscription with this id": "Anda tidak memiliki langganan dengan id ini",
    "you have {count} subscriptions, which is the most that one owner may have": (
        "Anda memiliki {count} langganan, jumlah terbanyak bagi satu pemilik"
    ),
    "cannot {action} a subscription that is {status}; open now: {allowed}": (
        "tidak dapat {action} langganan berstatus {status}; yang terbuka sekarang: {allowed}"
    ),
    "this subscription is paused with {count} events waiting; open now: resume": (
        "langganan ini dijeda dengan {count} peristiwa menunggu; yang terbuka sekarang: melanjutkan"
    ),
    "must be absent when `after` is given": "tidak boleh diisi bila `after` diisi",
    "must be at most {last}, the newest number": "paling besar {last}, nomor terbaru",
    "there is no message with this id in your inbox": "tidak ada pesan dengan id ini dalam kotak masuk Anda",
}
"""Statuses and codes stay as the API has them."""

ACTIONS: Final[Mapping[str, str]] = {"pause": "menjeda", "resume": "melanjutkan"}

WORDS: Final[Mapping[str, Mapping[str, str]]] = {"action": ACTIONS, "allowed": ACTIONS}
"""Values that are English words, by the name that they have in the texts."""

translate: Final = translator(TEXTS, WORDS)
