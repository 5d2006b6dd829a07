"""What recommendations says in Indonesian. English stands where a thing is refused; a test finds what is missing."""

from collections.abc import Mapping
from typing import Final

from shared.http.translation import translator

CONDITIONS: Final[Mapping[str, str]] = {
    "the organisation must be active; it is {ngo_status}": (
        "organisasi harus aktif; organisasi ini berstatus {ngo_status}"
    ),
    "must be a signed agreement (MSP) of the organisation": (
        "harus perjanjian (MSP) yang ditandatangani organisasi ini"
    ),
    "must lie within the agreement, {first} to {last}": "harus dalam masa perjanjian, {first} sampai {last}",
    "must be an activity of an approved work plan (RKT) of this agreement": (
        "harus kegiatan dalam rencana kerja tahunan (RKT) yang disetujui dari perjanjian ini"
    ),
    "must be an activity of a year of the period; its work plan is of {year}": (
        "harus kegiatan dari tahun dalam jangka waktu ini; rencana kerjanya tahun {year}"
    ),
    "no recommendations while something due on {due_on} is overdue": (
        "tidak ada rekomendasi selama kewajiban yang jatuh tempo pada {due_on} belum dipenuhi"
    ),
    "must be a letter of the same kind and organisation that is neither revoked nor replaced": (
        "harus surat dari jenis dan organisasi yang sama, yang tidak dicabut dan belum diganti"
    ),
    "{count} foreign staff would be in post at once; an organisation may have {places}": (
        "{count} tenaga asing akan bertugas bersamaan; satu organisasi paling banyak {places}"
    ),
    "together with earlier stays this is more than {years} years, which can't be extended": (
        "bersama masa tugas terdahulu, ini lebih dari {years} tahun, yang tidak dapat diperpanjang"
    ),
    "must be valid from the first day of the stay, {first}": "harus berlaku sejak hari pertama masa tugas, {first}",
    "must be valid until {until}, {months} months after the stay": (
        "harus berlaku sampai {until}, {months} bulan setelah masa tugas"
    ),
    "must all be distributed: {quantity} in all, {planned} planned": (
        "harus disalurkan seluruhnya: {quantity} semuanya, {planned} direncanakan"
    ),
    "must be a region of the agreement; {region} is not": "harus wilayah perjanjian; {region} bukan",
    "{kind} for {purpose} has no legal basis on {day}": "{kind} untuk {purpose} tidak memiliki dasar hukum pada {day}",
}
"""Of a recommendation. Each is said with its legal basis."""

TEXTS: Final[Mapping[str, str]] = {
    **{f"{english} ({{legal_basis}})": f"{text} ({{legal_basis}})" for english, text in CONDITIONS.items()},
    "{count} condition(s) of a recommendation are not met": "{count} syarat rekomendasi belum dipenuhi",
    # who may
    "this needs a membership of an organisation": "hal ini memerlukan keanggotaan dalam suatu organisasi",
    "this needs a membership of an organisation, or one of the roles {roles}": (
        "hal ini memerlukan keanggotaan dalam suatu organisasi, atau salah satu peran {roles}"
    ),
    "this needs one of the roles ngo_admin, ngo_director in an organisation": (
        "hal ini memerlukan salah satu peran ngo_admin, ngo_director dalam suatu organisasi"
    ),
    "only a fasker_head signs letters": "hanya fasker_head yang menandatangani surat",
    "whoever submitted a request can't decide on it": "pihak yang mengajukan permohonan tidak dapat memutuskannya",
    "whoever took a request up can't sign its letter as well": (
        "pemeriksa permohonan tidak dapat sekaligus menandatangani suratnya"
    ),
    # requests
    "there is no such request that you may see": "tidak ada permohonan itu yang boleh Anda lihat",
    "must be an agreement (MSP) of your organisation": "harus perjanjian (MSP) organisasi Anda",
    "cannot {action} a request that is {status}; open now: {allowed}": (
        "tidak dapat {action} permohonan berstatus {status}; yang terbuka sekarang: {allowed}"
    ),
    "must say why the request is rejected": "wajib menyebut mengapa permohonan ditolak",
    "must say, field by field, what is to be revised": "wajib menyebut, per isian, apa yang harus diperbaiki",
    "must be a rule that holds today: {rules}": "harus aturan yang berlaku hari ini: {rules}",
    "must be the code of a regency or city, such as 53.06": "harus kode kabupaten atau kota, seperti 53.06",
    # foreign staff
    "must be after `passport_valid_from`": "harus setelah `passport_valid_from`",
    "must not be before `starts_on`": "tidak boleh sebelum `starts_on`",
    "there is no such posting that you may see": "tidak ada penugasan itu yang boleh Anda lihat",
    "there is no such posting that you may change": "tidak ada penugasan itu yang boleh Anda ubah",
    "must lie within the recommended stay, {first} to {last}": (
        "harus dalam masa tugas yang direkomendasikan, {first} sampai {last}"
    ),
    "must not be before the arrival on {arrived_on}": "tidak boleh sebelum kedatangan pada {arrived_on}",
    "must not be after today, {today}": "tidak boleh setelah hari ini, {today}",
    "cannot {action} somebody who is {status}": "tidak dapat {action} tenaga asing berstatus {status}",
    # tax relief
    "must be the 8 digits of the customs tariff (HS code)": "harus 8 angka pos tarif kepabeanan (kode HS)",
    "must be an index into `goods`, from 0": "harus nomor urut dalam `goods`, mulai dari 0",
    "must name each region once for the same goods": (
        "setiap wilayah harus disebut satu kali saja untuk barang yang sama"
    ),
    "must be given for `bencana_alam`, and only for it": "wajib diisi untuk `bencana_alam`, dan hanya untuk itu",
    # letters
    "there is no such letter that you may see": "tidak ada surat itu yang boleh Anda lihat",
    "there is no letter with this id": "tidak ada surat dengan id ini",
    "the letter is revoked already": "surat ini sudah dicabut",
    "no letter with this code was issued: whatever bears it is not genuine": (
        "tidak ada surat yang diterbitkan dengan kode ini: yang memuatnya tidak asli"
    ),
}
"""Statuses, roles and codes stay as the API has them."""

ACTIONS: Final[Mapping[str, str]] = {
    "edit": "mengubah",
    "submit": "mengajukan",
    "take up": "mulai memeriksa",
    "request a revision of": "meminta perbaikan",
    "issue": "menerbitkan surat untuk",
    "reject": "menolak",
    "withdraw": "menarik kembali",
    "revoke": "mencabut surat untuk",
    "record the arrival of": "mencatat kedatangan",
    "end the posting of": "mengakhiri penugasan",
    "nothing": "tidak ada",
}

WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "action": ACTIONS,
    "allowed": ACTIONS,
    "ngo_status": {"not registered": "belum terdaftar"},
}
"""Values that are English words, by the name that they have in the texts."""

translate: Final = translator(TEXTS, WORDS)
