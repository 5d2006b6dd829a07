"""What people are told of reporting's events."""

from collections.abc import Mapping
from typing import Final

from services.notifications.inboxes.templates.template import Template

TEMPLATES: Final[Mapping[str, tuple[Template, ...]]] = {
    "ObligationDueSoon": (
        Template(
            ("ngo",),
            "Segera jatuh tempo: {kind} {period}",
            "Due soon: {kind} {period}",
            "{kind} {period} jatuh tempo pada {due_on}, {days_left} hari lagi.",
            "The {kind} {period} is due on {due_on}, in {days_left} days.",
        ),
    ),
    "ObligationOverdue": (
        Template(
            ("ngo", "fasker_officer"),
            "Terlambat: {kind} {period} ({ngo})",
            "Overdue: {kind} {period} ({ngo})",
            "{kind} {period} dari {ngo} jatuh tempo pada {due_on} dan terlambat {days_late} hari.",
            "The {kind} {period} of {ngo} was due on {due_on} and is {days_late} days late.",
        ),
    ),
    "ObligationExtended": (
        Template(
            ("ngo",),
            "Diperpanjang: {kind} {period}",
            "Extended: {kind} {period}",
            "{kind} {period} kini jatuh tempo pada {due_on} (sebelumnya {previous_due_on}). Alasan: {reason}",
            "The {kind} {period} is now due on {due_on} (before: {previous_due_on}). Reason: {reason}",
        ),
    ),
    "ObligationWaived": (
        Template(
            ("ngo",),
            "Dihapuskan: {kind} {period}",
            "Waived: {kind} {period}",
            "Kewajiban {kind} {period} dihapuskan. Alasan: {reason}",
            "The {kind} {period} is no longer due. Reason: {reason}",
        ),
    ),
    "ObligationReopened": (
        Template(
            ("ngo",),
            "Terbuka lagi: {kind} {period}",
            "Open again: {kind} {period}",
            "{kind} {period} harus dipenuhi lagi, paling lambat {due_on}. Alasan: {reason}",
            "The {kind} {period} is due again, on {due_on}. Reason: {reason}",
        ),
    ),
    "WorkPlanSubmitted": (
        Template(
            ("satker_officer",),
            "RKT {year} diajukan: {ngo}",
            "Work plan {year} submitted: {ngo}",
            "{ngo} mengajukan rencana kerja tahunan (RKT) {year}. Mohon diverifikasi.",
            "{ngo} has submitted its annual work plan (RKT) {year}. Please verify.",
        ),
    ),
    "WorkPlanRevisionRequested": (
        Template(
            ("ngo",),
            "RKT {year} perlu perbaikan",
            "Work plan {year} needs revision",
            "Mohon perbaiki rencana kerja tahunan (RKT) {year} sesuai catatan, lalu ajukan kembali.",
            "Please revise the annual work plan (RKT) {year} as commented and submit it again.",
        ),
    ),
    "WorkPlanApproved": (
        Template(
            ("ngo", "region"),
            "RKT {year} disetujui: {ngo}",
            "Work plan {year} approved: {ngo}",
            "Rencana kerja tahunan (RKT) {year} dari {ngo} disetujui.",
            "The annual work plan (RKT) {year} of {ngo} is approved.",
        ),
    ),
    "WorkPlanRejected": (
        Template(
            ("ngo",),
            "RKT {year} ditolak",
            "Work plan {year} rejected",
            "Rencana kerja tahunan (RKT) {year} ditolak. Alasan: {reason}",
            "The annual work plan (RKT) {year} was rejected. Reason: {reason}",
        ),
    ),
    "WorkPlanWithdrawn": (
        Template(
            ("satker_officer",),
            "RKT {year} ditarik: {ngo}",
            "Work plan {year} withdrawn: {ngo}",
            "{ngo} menarik rencana kerja tahunan (RKT) {year}.",
            "{ngo} has withdrawn its annual work plan (RKT) {year}.",
        ),
    ),
    "ReportSubmitted": (
        Template(
            ("fasker_officer",),
            "Diajukan: {kind} {period} ({ngo})",
            "Submitted: {kind} {period} ({ngo})",
            "{ngo} mengajukan {kind} {period}. Mohon diverifikasi.",
            "{ngo} has submitted its {kind} {period}. Please verify.",
        ),
    ),
    "ReportRevisionRequested": (
        Template(
            ("ngo",),
            "Perlu perbaikan: {kind} {period}",
            "Needs revision: {kind} {period}",
            "Mohon perbaiki {kind} {period} sesuai catatan, lalu ajukan kembali.",
            "Please revise the {kind} {period} as commented and submit it again.",
        ),
    ),
    "ReportAccepted": (
        Template(
            ("ngo", "region"),
            "Diterima: {kind} {period} ({ngo})",
            "Accepted: {kind} {period} ({ngo})",
            "{kind} {period} dari {ngo} diterima.",
            "The {kind} {period} of {ngo} is accepted.",
        ),
    ),
    "ReportWithdrawn": (
        Template(
            ("fasker_officer",),
            "Ditarik: {kind} {period} ({ngo})",
            "Withdrawn: {kind} {period} ({ngo})",
            "{ngo} menarik {kind} {period}.",
            "{ngo} has withdrawn its {kind} {period}.",
        ),
    ),
    "VisitAnnounced": (
        Template(
            ("region",),
            "Kunjungan tamu asing ke {here}",
            "Visit of foreign guests to {here}",
            "{ngo} memberitahukan kunjungan {guests} tamu asing, {starts_on} sampai {ends_on}: {purpose}. "
            "Mohon dijawab.",
            "{ngo} announces {guests} foreign guests from {starts_on} to {ends_on}: {purpose}. Please answer.",
        ),
        Template(
            ("fasker_officer",),
            "Kunjungan tamu asing: {ngo}",
            "Visit of foreign guests: {ngo}",
            "{ngo} memberitahukan kunjungan {guests} tamu asing, {starts_on} sampai {ends_on}: {purpose}.",
            "{ngo} announces {guests} foreign guests from {starts_on} to {ends_on}: {purpose}.",
        ),
    ),
    "VisitChanged": (
        Template(
            ("region",),
            "Perubahan kunjungan tamu asing ke {here}",
            "Changed visit of foreign guests to {here}",
            "Kunjungan {guests} tamu {ngo} kini {starts_on} sampai {ends_on}: {purpose}. Mohon dijawab lagi.",
            "The visit of {guests} guests of {ngo} is now from {starts_on} to {ends_on}: {purpose}. "
            "Please answer anew.",
        ),
    ),
    "VisitAnsweredByRegion": (
        Template(
            ("ngo",),
            "{region} {answer} kunjungan",
            "{region} {answer} the visit",
            "{region} {answer} kunjungan {starts_on} sampai {ends_on}. Keterangan: {reason}",
            "{region} {answer} the visit from {starts_on} to {ends_on}. Note: {reason}",
        ),
    ),
    "VisitAcknowledged": (
        Template(
            ("ngo",),
            "Semua daerah menyetujui kunjungan",
            "All regions agree to the visit",
            "Kunjungan {starts_on} sampai {ends_on} disetujui semua daerah tujuan.",
            "The visit from {starts_on} to {ends_on} is agreed by all regions on the way.",
        ),
    ),
    "VisitPostponed": (
        Template(
            ("region", "fasker_officer"),
            "Kunjungan {ngo} ditunda",
            "Visit of {ngo} postponed",
            "{region} menunda kunjungan {starts_on} sampai {ends_on}. Alasan: {reason}",
            "{region} has postponed the visit from {starts_on} to {ends_on}. Reason: {reason}",
        ),
    ),
    "VisitRejected": (
        Template(
            ("region", "fasker_officer"),
            "Kunjungan {ngo} ditolak",
            "Visit of {ngo} refused",
            "{region} menolak kunjungan {starts_on} sampai {ends_on}. Alasan: {reason}",
            "{region} has refused the visit from {starts_on} to {ends_on}. Reason: {reason}",
        ),
    ),
    "VisitCancelled": (
        Template(
            ("region", "fasker_officer"),
            "Kunjungan {ngo} dibatalkan",
            "Visit of {ngo} cancelled",
            "Kunjungan {starts_on} sampai {ends_on} dibatalkan. Alasan: {reason}",
            "The visit from {starts_on} to {ends_on} is cancelled. Reason: {reason}",
        ),
    ),
    "StorySubmitted": (
        Template(
            ("fasker_officer",),
            "Cerita diajukan: {title}",
            "Story submitted: {title}",
            '{ngo} mengajukan cerita "{title}".',
            '{ngo} has submitted the story "{title}".',
        ),
    ),
    "StoryPublished": (
        Template(
            ("ngo", "region"),
            "Cerita terbit: {title}",
            "Story published: {title}",
            'Cerita "{title}" dari {ngo} sudah terbit.',
            'The story "{title}" of {ngo} is published.',
        ),
    ),
    "StoryUnpublished": (
        Template(
            ("ngo",),
            "Cerita ditarik: {title}",
            "Story withdrawn: {title}",
            'Cerita "{title}" tidak lagi terbit. Alasan: {reason}',
            'The story "{title}" is no longer published. Reason: {reason}',
        ),
    ),
}
