"""What people are told of registry's events: of organisations, their licences and measures."""

from collections.abc import Mapping
from typing import Final

from services.notifications.inboxes.templates.template import Template

TEMPLATES: Final[Mapping[str, tuple[Template, ...]]] = {
    "NgoApplied": (
        Template(
            ("ngo",),
            "Permohonan pendaftaran diterima",
            "Application received",
            "Permohonan {ngo} sudah kami terima dan menunggu verifikasi Fasker.",
            "We have received the application of {ngo}; it waits for verification by Fasker.",
        ),
        Template(
            ("fasker_officer",),
            "Permohonan baru: {ngo}",
            "New application: {ngo}",
            "{ngo} mengajukan pendaftaran. Mohon diverifikasi.",
            "{ngo} has applied for registration. Please verify.",
        ),
    ),
    "NgoVerified": (
        Template(
            ("ngo",),
            "Pendaftaran disetujui",
            "Registration approved",
            "{ngo} sekarang terdaftar dan aktif.",
            "{ngo} is now registered and active.",
        ),
    ),
    "NgoRejected": (
        Template(
            ("ngo",),
            "Pendaftaran ditolak",
            "Registration rejected",
            "Permohonan {ngo} ditolak. Alasan: {reason}",
            "The application of {ngo} was rejected. Reason: {reason}",
        ),
    ),
    "NgoProfileChanged": (
        Template(
            ("fasker_officer",),
            "Profil {ngo} diubah",
            "Profile of {ngo} changed",
            "{ngo} mengubah: {changed_fields}. Mohon diperiksa.",
            "{ngo} has changed: {changed_fields}. Please check.",
        ),
    ),
    "NgoProfileChecked": (
        Template(
            ("ngo",),
            "Profil {ngo} diperiksa",
            "Profile of {ngo} checked",
            "Dikonfirmasi: {confirmed_fields}. Ditanyakan: {queried_fields}. Lihat profilnya di registrasi.",
            "Confirmed: {confirmed_fields}. Asked about: {queried_fields}. See the profile in the registry.",
        ),
    ),
    "NgoRepresentativeChanged": (
        Template(
            ("fasker_officer",),
            "Kepala perwakilan {ngo} berganti",
            "Another head of the office of {ngo}",
            "{ngo} menyebut kepala perwakilan yang lain; lihat di registrasi.",
            "{ngo} has named another head of its office; the registry shows whom.",
        ),
    ),
    "NgoSuspended": (
        Template(
            ("ngo", "region"),
            "Kegiatan {ngo} dibekukan",
            "{ngo} suspended",
            "Kegiatan {ngo} dibekukan sementara. Alasan: {reason}",
            "The activities of {ngo} are suspended. Reason: {reason}",
        ),
    ),
    "NgoReinstated": (
        Template(
            ("ngo", "region"),
            "Pembekuan {ngo} dicabut",
            "{ngo} reinstated",
            "{ngo} dapat berkegiatan kembali. Alasan: {reason}",
            "{ngo} may resume its activities. Reason: {reason}",
        ),
    ),
    "NgoClosed": (
        Template(
            ("ngo", "region", "fasker_officer"),
            "Pendaftaran {ngo} ditutup",
            "Registration of {ngo} closed",
            "{ngo} tidak lagi terdaftar. Alasan: {reason}",
            "{ngo} is no longer registered. Reason: {reason}",
        ),
    ),
    "NgoMerged": (
        Template(
            ("ngo", "fasker_officer"),
            "{ngo} bergabung dengan organisasi lain",
            "{ngo} has merged into another organisation",
            "Sejak {effective_on}, kewajiban {ngo} beralih ke organisasi penerus. Alasan: {reason}",
            "From {effective_on} the open duties of {ngo} pass to its successor. Reason: {reason}",
        ),
        Template(
            ("successor",),
            "{ngo} bergabung dengan organisasi Anda",
            "{ngo} has merged into your organisation",
            "Sejak {effective_on}, kewajiban {ngo} yang belum selesai menjadi kewajiban Anda.",
            "From {effective_on} the open duties of {ngo} are yours.",
        ),
    ),
    "LicenceRecorded": (
        Template(
            ("ngo", "fasker_officer"),
            "{kind} {number} dicatat",
            "{kind} {number} recorded",
            "{kind} {number} milik {ngo}, berlaku {valid_from} sampai {valid_to}, sudah dicatat.",
            "{kind} {number} of {ngo}, valid from {valid_from} to {valid_to}, is recorded.",
        ),
    ),
    "LicenceExpiring": (
        Template(
            ("ngo", "fasker_officer"),
            "{kind} {number} berakhir {valid_to}",
            "{kind} {number} ends on {valid_to}",
            "{kind} {number} milik {ngo} berakhir {valid_to}, {days_left} hari lagi. Mohon diurus perpanjangannya.",
            "{kind} {number} of {ngo} ends on {valid_to}, in {days_left} days. Please see to its renewal.",
        ),
    ),
    "LicenceExpired": (
        Template(
            ("ngo", "fasker_officer"),
            "{kind} {number} kedaluwarsa",
            "{kind} {number} has expired",
            "{kind} {number} milik {ngo} berlaku sampai {valid_to} dan kini kedaluwarsa.",
            "{kind} {number} of {ngo} was valid until {valid_to} and has expired.",
        ),
    ),
    "LicenceRevoked": (
        Template(
            ("ngo", "region", "fasker_officer"),
            "{kind} {number} dicabut",
            "{kind} {number} revoked",
            "{kind} {number} milik {ngo} dicabut oleh penerbitnya per {revoked_on}. Alasan: {reason}",
            "{kind} {number} of {ngo} was revoked by its issuer on {revoked_on}. Reason: {reason}",
        ),
    ),
    "LicenceRetracted": (
        Template(
            ("ngo", "region", "fasker_officer"),
            "Catatan {kind} {number} ditarik",
            "Record of {kind} {number} taken back",
            "{kind} {number} milik {ngo} keliru dicatat; pemberitahuan tentangnya tidak berlaku. Alasan: {reason}",
            "{kind} {number} of {ngo} was recorded by mistake; what was told of it does not hold. Reason: {reason}",
        ),
    ),
    "ForeignMinistryStepRecorded": (
        Template(
            ("ngo",),
            "Kementerian Luar Negeri: {step}",
            "Ministry of Foreign Affairs: {step}",
            "Tahap izin {ngo}: {step} pada {reached_on}. Hasil: {outcome}.",
            "The permit of {ngo}: {step} on {reached_on}. Outcome: {outcome}.",
        ),
    ),
    "MeasureTaken": (
        Template(
            ("ngo",),
            "{kind} terhadap {ngo}",
            "{kind} against {ngo}",
            "{kind} berlaku sejak {starts_on} berdasarkan {legal_basis}. Alasan: {reason}",
            "{kind} in force from {starts_on} under {legal_basis}. Reason: {reason}",
        ),
    ),
    "MeasureLifted": (
        Template(
            ("ngo",),
            "{kind} dicabut",
            "{kind} lifted",
            "{kind} terhadap {ngo} dicabut pada {lifted_on}. Alasan: {reason}",
            "{kind} against {ngo} was lifted on {lifted_on}. Reason: {reason}",
        ),
    ),
    "ExternalMeasureRecorded": (
        Template(
            ("ngo", "fasker_head"),
            "Keputusan {issuer} dicatat",
            "Decision of {issuer} recorded",
            "{kind} terhadap {ngo} oleh {issuer}, nomor {number}, sudah dicatat.",
            "{kind} against {ngo} by {issuer}, number {number}, is recorded.",
        ),
    ),
}
