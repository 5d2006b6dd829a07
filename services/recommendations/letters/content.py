"""The text of the letters, in Indonesian, block by block. Pure.

A letter recommends to the ministry that decides; it never says that a visa, a permit or a relief is granted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from services.recommendations.dates import indonesian_date
from services.recommendations.letters.rules import (
    RECOMMENDS,
    Block,
    Grounds,
    LetterText,
)

_PERMIT_ROUTES: Final = {
    "SETNEG_KTLN": "Kementerian Sekretariat Negara c.q. Biro Kerja Sama Teknik Luar Negeri",
    "RPTKA": "Kementerian Ketenagakerjaan",
}
_CUSTOMS: Final = "Kementerian Keuangan c.q. Direktorat Jenderal Bea dan Cukai"
_TAXES: Final = "Kementerian Keuangan c.q. Direktorat Jenderal Pajak"
_TAX_KINDS: Final = {
    "BEA_MASUK_CUKAI": ("pembebasan bea masuk dan/atau cukai", _CUSTOMS),
    "PPN": ("fasilitas Pajak Pertambahan Nilai", _TAXES),
    "PPH_22_IMPOR": ("pembebasan Pajak Penghasilan Pasal 22 impor", _TAXES),
    "PPH": ("fasilitas Pajak Penghasilan", _TAXES),
    "KENDARAAN": ("fasilitas perpajakan atas kendaraan bermotor", _CUSTOMS),
    "BARANG_PINDAHAN": ("pembebasan bea masuk atas barang pindahan", _CUSTOMS),
}
_PURPOSES: Final = {
    "ibadah_umum": "ibadah untuk umum",
    "amal": "amal",
    "sosial": "sosial",
    "kebudayaan": "kebudayaan",
    "bencana_alam": "penanggulangan bencana alam",
}
_STAGES: Final = {
    "prabencana": "prabencana",
    "siaga": "siaga darurat",
    "tanggap": "tanggap darurat",
    "transisi": "transisi darurat ke pemulihan",
    "rehabilitasi_rekonstruksi": "rehabilitasi dan rekonstruksi",
}
_CONDITIONS: Final = {"new": "baru", "used": "bukan baru"}


@dataclass(frozen=True, slots=True)
class StaffLetter:
    grounds: Grounds
    personal: tuple[str, ...]
    position: str
    duty_region: str
    counterpart_position: str
    permit_route: str
    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True)
class Goods:
    description: str
    hs_code: str
    quantity: Decimal
    unit: str
    condition: str
    value: Decimal
    currency: str
    origin: str


@dataclass(frozen=True, slots=True)
class TaxLetter:
    grounds: Grounds
    tax_kind: str
    purpose: str
    disaster_stage: str | None
    goods: Sequence[Goods]
    regions: Sequence[str]
    gift_certificate_number: str
    sender: str
    port_of_entry: str
    arrives_on: date
    valid_to: date


def staff_letter(letter: StaffLetter) -> LetterText:
    recommends = (
        f"Jabatan: {letter.position}",
        f"Tempat tugas: {letter.duty_region}",
        f"Jangka waktu: {indonesian_date(letter.starts_on)} s.d. {indonesian_date(letter.ends_on)}",
        f"Tenaga pendamping: {letter.counterpart_position}",
        f"untuk dipertimbangkan penugasannya oleh {_PERMIT_ROUTES[letter.permit_route]}.",
    )
    conditions = (
        "Surat ini adalah rekomendasi; visa, izin tinggal, dan izin kerja diputuskan oleh instansi yang berwenang.",
        f"Rekomendasi berlaku sampai dengan {indonesian_date(letter.ends_on)} dan tidak dapat dialihkan.",
        "Setiap perubahan alamat, jabatan, jangka waktu, dan keberangkatan wajib dilaporkan.",
        "Rekomendasi dicabut apabila keterangan yang diberikan ternyata tidak benar.",
    )
    copies = (_PERMIT_ROUTES[letter.permit_route], f"Badan Kesatuan Bangsa dan Politik {letter.duty_region}")
    return _text(letter.grounds, recommends, conditions, copies, letter.personal, letter.ends_on)


def tax_letter(letter: TaxLetter) -> LetterText:
    relief, ministry = _TAX_KINDS[letter.tax_kind]
    stage = f" (tahap {_STAGES[letter.disaster_stage]})" if letter.disaster_stage else ""
    recommends = (
        *(
            f"{g.description}, pos tarif {g.hs_code}: {indonesian_number(g.quantity)} {g.unit}, "
            f"{_CONDITIONS[g.condition]}, asal {g.origin}, {g.currency} {indonesian_number(g.value)}"
            for g in letter.goods
        ),
        f"Keperluan: {_PURPOSES[letter.purpose]}{stage}",
        f"Pengirim: {letter.sender}; surat hibah nomor {letter.gift_certificate_number}",
        f"Pelabuhan pemasukan: {letter.port_of_entry}; perkiraan tiba {indonesian_date(letter.arrives_on)}",
        f"Penyaluran: {', '.join(letter.regions)}",
        f"untuk dipertimbangkan {relief} oleh {ministry}.",
    )
    conditions = (
        "Surat ini adalah rekomendasi; pembebasan diputuskan oleh Menteri Keuangan.",
        f"Rekomendasi berlaku sampai dengan {indonesian_date(letter.valid_to)}.",
        "Barang disalurkan sesuai rencana dan tidak diperjualbelikan; berita acara serah terima wajib disampaikan.",
    )
    copies = (ministry, *(f"Badan Kesatuan Bangsa dan Politik {region}" for region in letter.regions))
    return _text(letter.grounds, recommends, conditions, copies, (), letter.valid_to)


def _text(
    grounds: Grounds,
    recommends: tuple[str, ...],
    conditions: tuple[str, ...],
    copies: tuple[str, ...],
    personal: tuple[str, ...],
    valid_to: date,
) -> LetterText:
    submitted_on = indonesian_date(grounds.submitted_on)
    application = f"Permohonan {grounds.ngo} melalui SINGO tanggal {submitted_on}, nomor {grounds.request_id}"
    blocks = (
        Block("DASAR", tuple(f"{basis.title} tentang {basis.about}" for basis in grounds.legal_bases)),
        Block("MEMBACA", (application,)),
        Block(
            "MEMPERHATIKAN",
            (
                f"Memorandum Saling Pengertian nomor {grounds.agreement_number}: {grounds.agreement_title}",
                f"Kegiatan dalam Rencana Kerja Tahunan yang disetujui: {grounds.activity}",
            ),
        ),
        Block(RECOMMENDS, recommends),
        Block("KETENTUAN", conditions),
        Block("TEMBUSAN", copies),
    )
    return LetterText(blocks, personal, tuple(basis.title for basis in grounds.legal_bases), valid_to)


def indonesian_number(number: Decimal) -> str:
    """1.234.567,89; a whole number without decimals."""
    plain = f"{number:,f}" if number % 1 else f"{number:,.0f}"
    return plain.translate(str.maketrans(",.", ".,"))
