"""What months, codes and fields are called in texts: (Indonesian, English)."""

from typing import Final

MONTHS: Final = {
    "id": (
        *("Januari", "Februari", "Maret", "April", "Mei", "Juni"),
        *("Juli", "Agustus", "September", "Oktober", "November", "Desember"),
    ),
    "en": (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
}
# The events' own codes.
LABELS: Final = {
    "work_plan": ("rencana kerja tahunan (RKT)", "annual work plan (RKT)"),
    "semester_report": ("laporan semester", "semester report"),
    "annual_report": ("laporan tahunan", "annual report"),
    "foreign_staff": ("rekomendasi tenaga asing", "recommendation for foreign staff"),
    "tax_relief": ("rekomendasi pembebasan pajak", "recommendation for tax relief"),
    "approved": ("menyetujui", "approves"),
    "postponed": ("menunda", "postpones"),
    "refused": ("menolak", "refuses"),
    "IZIN_PRINSIP": ("izin prinsip", "izin prinsip"),
    "IZIN_OPERASIONAL": ("izin operasional", "izin operasional"),
    "SKT_MITRA": ("SKT mitra", "registration of a partner (SKT)"),
    "expired": ("berakhir", "has expired"),
    "extended": ("berakhir dan dilanjutkan oleh MSP baru", "has ended, and a new MSP carries on"),
    "terminated": ("dihentikan", "has been terminated"),
    "written_warning": ("peringatan tertulis", "written warning"),
    "grant_stop": ("penghentian bantuan dan/atau hibah", "stop of aid and grants"),
    "activity_suspension": ("penghentian kegiatan", "stop of activities"),
    "closing": ("pencabutan dan penutupan", "revocation and closing"),
    "immigration_sanction": ("sanksi keimigrasian", "immigration sanction"),
    "permit_revocation": ("pencabutan izin prinsip", "revocation of the principle permit"),
    "pre_orientation": ("praorientasi", "the pre-orientation"),
    "orientation": ("orientasi", "the orientation"),
}
# Of a profile; one that has no name here is called by its own.
FIELDS: Final = {
    "name": ("nama", "name"),
    "name_en": ("nama dalam bahasa Inggris", "name in English"),
    "acronym": ("singkatan", "acronym"),
    "aliases": ("nama lain", "other names"),
    "legal_form": ("bentuk hukum", "legal form"),
    "origin_country": ("negara asal", "country of origin"),
    "home_city": ("kota asal", "home city"),
    "headquarters_address": ("alamat kantor pusat", "address of the headquarters"),
    "home_registration_number": ("nomor pendaftaran di negara asal", "registration number at home"),
    "iati_org_id": ("nomor IATI", "IATI identifier"),
    "lei": ("nomor LEI", "LEI"),
    "office_address": ("alamat kantor", "address of the office"),
    "phone": ("telepon", "phone"),
    "fax": ("faksimile", "fax"),
    "email": ("surel", "e-mail"),
    "website": ("situs web", "website"),
    "sectors": ("bidang", "sectors"),
    "started_in_indonesia_on": ("awal kegiatan di Indonesia", "start in Indonesia"),
    "counterpart_unit": ("unit mitra", "counterpart unit"),
    "npwp": ("NPWP", "tax number (NPWP)"),
    "has_indonesian_bank_account": ("rekening bank di Indonesia", "bank account in Indonesia"),
    "last_msp_signed_on": ("tanggal MSP terakhir", "date of the last MSP"),
    "working_areas": ("wilayah kerja", "working areas"),
    "representative": ("kepala perwakilan", "head of the office"),
}
NONE: Final = ("tidak ada", "none")
