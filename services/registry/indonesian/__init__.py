"""What registry says in Indonesian. English stands where a thing is refused; a test finds what has no line here."""

from collections.abc import Mapping
from typing import Final

from services.registry.indonesian import cooperation, files, organisations
from shared.http.translation import translator

TEXTS: Final[Mapping[str, str]] = {**organisations.TEXTS, **cooperation.TEXTS, **files.TEXTS}
"""Statuses, actions and codes stay as the API has them."""

WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "allowed": {"nothing": "tidak ada"},
    "what": {
        "to propose a local partner": "mengusulkan mitra lokal",
        "to propose local partners": "mengusulkan mitra lokal",
        "to sign an agreement": "menandatangani perjanjian",
        "to change the profile": "mengubah profil",
        "to check the profile": "memeriksa profil",
        "to notify an activity": "memberitahukan kegiatan",
        "to send files": "mengirim berkas",
        "to record a licence": "mencatat izin",
        "to take over another one": "menerima penggabungan",
        "to invite people": "mengundang orang",
        "to join": "bergabung",
        "to name its representative": "menyebut kepala perwakilannya",
    },
    "effect": {"suspends": "menghentikan", "closes": "menutup", "none": "tidak berakibat"},
    "answer": {"approved": "menyetujui", "refused": "menolak"},
    "origin": {"own": "kementerian sendiri", "external": "instansi lain"},
    "base": {"a signed agreement (MSP)": "perjanjian (MSP) yang ditandatangani", "a permit": "izin"},
    "runs": {"holds a script": "memuat skrip", "starts a program": "menjalankan program"},
    "begins": {"no known type": "jenis yang tidak dikenal"},
    "do": {"send parts of": "mengirim bagian", "complete": "menyelesaikan"},
}
"""Values that are English words, by the name that they have in the texts."""

translate: Final = translator(TEXTS, WORDS)
