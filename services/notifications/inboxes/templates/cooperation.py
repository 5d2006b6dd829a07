"""What people are told of registry's events: of agreements, plans, local partners and activities in regions."""

from collections.abc import Mapping
from typing import Final

from services.notifications.inboxes.templates.template import Template

TEMPLATES: Final[Mapping[str, tuple[Template, ...]]] = {
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
    "MspRetracted": (
        Template(
            ("ngo", "region", "fasker_officer"),
            "Catatan MSP {number} ditarik",
            "Record of MSP {number} taken back",
            "MSP {number} dengan {ngo} keliru dicatat; pemberitahuan tentangnya tidak berlaku. Alasan: {reason}",
            "MSP {number} with {ngo} was recorded by mistake; what was told of it does not hold. Reason: {reason}",
        ),
    ),
    "ProgrammeDirectionRecorded": (
        Template(
            ("ngo", "region"),
            "Arahan Program {number}",
            "Programme direction (AP) {number}",
            "Arahan Program {number} dengan {ngo} tentang {title} berlaku {starts_on} sampai {ends_on}.",
            "The programme direction (AP) {number} with {ngo} on {title} is in force from {starts_on} to {ends_on}.",
        ),
    ),
    "MasterPlanApproved": (
        Template(
            ("ngo", "region"),
            "RIK {ngo} disetujui",
            "Master plan (RIK) of {ngo} approved",
            "Rencana Induk Kegiatan (RIK) {ngo} disetujui.",
            "The master plan (RIK) of {ngo} is approved.",
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
    "AlignmentProposed": (
        Template(
            ("fasker_officer",),
            "Usulan keselarasan: {item}",
            "Alignment proposed: {item}",
            "{ngo} mengusulkan kegiatannya selaras dengan {item} ({weight} %). Mohon diputuskan.",
            "{ngo} proposes that its activity serves {item} ({weight} %). Please decide.",
        ),
    ),
    "AlignmentConfirmed": (
        Template(
            ("ngo",),
            "Keselarasan dikonfirmasi: {item}",
            "Alignment confirmed: {item}",
            "Kegiatan Anda kini dihitung untuk {item} ({weight} %).",
            "Your activity now counts for {item} ({weight} %).",
        ),
    ),
    "AlignmentRejected": (
        Template(
            ("ngo",),
            "Keselarasan ditolak: {item}",
            "Alignment rejected: {item}",
            "Usulan keselarasan dengan {item} ditolak. Alasan: {reason}",
            "The alignment with {item} was rejected. Reason: {reason}",
        ),
    ),
    "AlignmentWithdrawn": (
        Template(
            ("fasker_officer",),
            "Keselarasan ditarik: {item}",
            "Alignment withdrawn: {item}",
            "{ngo} menarik keselarasan kegiatannya dengan {item}. Alasan: {reason}",
            "{ngo} has withdrawn its alignment with {item}. Reason: {reason}",
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
    "LocalPartnerChanged": (
        Template(
            ("fasker_officer",),
            "Usulan mitra lokal {ngo} diubah",
            "{ngo} has changed a proposed partner",
            "{ngo} mengubah usulan mitra lokalnya; lihat di registrasi.",
            "{ngo} has changed its proposal of a local partner; the registry shows it.",
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
    "LocalPartnerStarted": (
        Template(
            ("ngo", "fasker_officer"),
            "Kemitraan lokal dimulai",
            "A local partnership has begun",
            "{ngo} bekerja dengan mitra lokalnya sejak {started_on}.",
            "{ngo} has worked with its local partner since {started_on}.",
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
}
