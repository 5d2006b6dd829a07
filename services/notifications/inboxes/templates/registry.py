"""What people are told of registry's events."""

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
    "MspSigned": (
        Template(
            ("ngo", "region"),
            "MSP {number} berlaku",
            "MSP {number} is in force",
            "MSP {number} dengan {ngo} tentang {title} berlaku {starts_on} sampai {ends_on}.",
            "MSP {number} with {ngo} on {title} is in force from {starts_on} to {ends_on}.",
        ),
    ),
    "MspExtended": (
        Template(
            ("ngo", "region"),
            "MSP diperpanjang dengan {successor_number}",
            "MSP extended by {successor_number}",
            "MSP dengan {ngo} yang berakhir {ends_on} dilanjutkan oleh {successor_number} sampai {successor_ends_on}.",
            "The MSP with {ngo} that ends on {ends_on} is carried on by {successor_number} until {successor_ends_on}.",
        ),
    ),
    "MspEnded": (
        Template(
            ("ngo", "region", "fasker_officer"),
            "MSP {number} {cause}",
            "MSP {number} {cause}",
            "MSP {number} dengan {ngo} {cause}; hari terakhirnya {ended_on}.",
            "MSP {number} with {ngo} {cause}; its last day was {ended_on}.",
        ),
    ),
    "MasterPlanAmended": (
        Template(
            ("ngo", "region"),
            "RIK {ngo} diubah (versi {version})",
            "Master plan (RIK) of {ngo} amended (version {version})",
            "RIK {ngo} diubah menjadi versi {version}. Alasan: {reason}",
            "The master plan (RIK) of {ngo} is now at version {version}. Reason: {reason}",
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
    "LocalPartnerProposed": (
        Template(
            ("fasker_officer",),
            "Usulan mitra lokal: {name}",
            "Local partner proposed: {name}",
            "{ngo} mengusulkan {name} sebagai mitra lokal.",
            "{ngo} proposes {name} as a local partner.",
        ),
    ),
    "LocalPartnersImported": (
        Template(
            ("fasker_officer",),
            "Usulan {count} mitra lokal",
            "{count} local partners proposed",
            "{ngo} mengusulkan {count} mitra lokal sekaligus.",
            "{ngo} proposes {count} local partners at once.",
        ),
    ),
    "LocalPartnerApproved": (
        Template(
            ("ngo",),
            "Mitra lokal disetujui: {name}",
            "Local partner approved: {name}",
            "{name} dapat dicantumkan dalam rencana kerja tahunan (RKT).",
            "{name} may be named in annual work plans (RKT).",
        ),
    ),
    "LocalPartnerRejected": (
        Template(
            ("ngo",),
            "Usulan mitra lokal ditolak",
            "Local partner rejected",
            "Usulan mitra lokal Anda ditolak. Alasan: {reason}",
            "Your local partner was rejected. Reason: {reason}",
        ),
    ),
    "LocalPartnerStepped": (
        Template(
            ("ngo",),
            "Mitra lokal memasuki {step}",
            "Local partner has come to {step}",
            "Usulan mitra lokal Anda memasuki {step}.",
            "The local partner that you propose has come to {step}.",
        ),
    ),
    "LocalPartnerNoteReleased": (
        Template(
            ("ngo",),
            "Catatan tentang mitra lokal",
            "A note on your local partner",
            "Fasker membuka catatan tentang mitra lokal Anda; lihat di registrasi.",
            "The Centre has released a note on your local partner; the registry shows it.",
        ),
    ),
    "LocalPartnerEnded": (
        Template(
            ("ngo", "fasker_officer"),
            "Kemitraan lokal berakhir",
            "A local partnership has ended",
            "Kemitraan lokal {ngo} berakhir pada {ended_on}. Alasan: {reason}",
            "A local partnership of {ngo} ended on {ended_on}. Reason: {reason}",
        ),
    ),
    "LocalPartnerRenewalGiven": (
        Template(
            ("fasker_officer",),
            "Perpanjangan SKT/AHU: {name}",
            "Registration renewed: {name}",
            "{ngo} menyampaikan perpanjangan SKT/AHU {name} sampai {registration_valid_to}. Mohon diperiksa.",
            "{ngo} has given the renewed registration of {name}, valid until {registration_valid_to}. Please check it.",
        ),
    ),
    "LocalPartnerRenewed": (
        Template(
            ("ngo",),
            "Perpanjangan SKT/AHU {name} diterima",
            "Renewed registration of {name} confirmed",
            "{name} dapat dicantumkan dalam RKT sampai {registration_valid_to}.",
            "{name} may be named in annual work plans (RKT) until {registration_valid_to}.",
        ),
    ),
    "LocalPartnerRenewalRefused": (
        Template(
            ("ngo",),
            "Perpanjangan SKT/AHU mitra lokal ditolak",
            "Renewed registration of a local partner refused",
            "Perpanjangan SKT/AHU mitra lokal Anda ditolak. Alasan: {reason}",
            "The renewed registration of your local partner was refused. Reason: {reason}",
        ),
    ),
    "RegionalActivityNotified": (
        Template(
            ("region", "fasker_officer"),
            "Pemberitahuan kegiatan: {title}",
            "Activity notified: {title}",
            "{ngo} memberitahukan kegiatan {title}, {starts_on} sampai {ends_on}.",
            "{ngo} notifies the activity {title}, from {starts_on} to {ends_on}.",
        ),
    ),
    "RegionalActivityChanged": (
        Template(
            ("region", "fasker_officer"),
            "Perubahan kegiatan: {title}",
            "Activity changed: {title}",
            "{ngo} mengubah pemberitahuan kegiatan {title}: {starts_on} sampai {ends_on}.",
            "{ngo} has changed its notice of the activity {title}: from {starts_on} to {ends_on}.",
        ),
    ),
    "RegionalActivityRecorded": (
        Template(
            ("ngo",),
            "Pemberitahuan kegiatan dicatat",
            "Activity recorded",
            "Pemberitahuan kegiatan {title} sudah dicatat; daerah akan menjawab.",
            "Your notice of {title} is recorded; the regions will answer.",
        ),
        Template(
            ("region",),
            "Kegiatan ormas asing di {here}",
            "Activity of a foreign NGO in {here}",
            "Kegiatan {title} dari {ngo} sudah dicatat. Mohon dijawab.",
            "The activity {title} of {ngo} is recorded. Please answer.",
        ),
    ),
    "RegionalActivityAnsweredByRegion": (
        Template(
            ("ngo", "fasker_officer"),
            "{region} {answer} kegiatan",
            "{region} {answer} the activity",
            "{region} {answer} kegiatan {ngo}. Keterangan: {reason}",
            "{region} {answer} the activity of {ngo}. Note: {reason}",
        ),
    ),
    "RegionalActivityWithdrawn": (
        Template(
            ("region", "fasker_officer"),
            "Pemberitahuan kegiatan ditarik",
            "Activity withdrawn",
            "{ngo} menarik pemberitahuan kegiatannya. Alasan: {reason}",
            "{ngo} has withdrawn its notice of an activity. Reason: {reason}",
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
