"""What people are told of recommendations' events."""

from collections.abc import Mapping
from typing import Final

from services.notifications.inboxes.templates.template import Template

TEMPLATES: Final[Mapping[str, tuple[Template, ...]]] = {
    "RecommendationSubmitted": (
        Template(
            ("fasker_officer",),
            "Permohonan {kind}: {ngo}",
            "Request for a {kind}: {ngo}",
            "{ngo} mengajukan permohonan {kind}.",
            "{ngo} has requested a {kind}.",
        ),
    ),
    "RecommendationRevisionRequested": (
        Template(
            ("ngo",),
            "Permohonan {kind} perlu perbaikan",
            "Request for a {kind} needs revision",
            "Mohon perbaiki permohonan {kind} sesuai catatan, lalu ajukan kembali.",
            "Please revise the request for a {kind} as commented and submit it again.",
        ),
    ),
    "RecommendationIssued": (
        Template(
            ("ngo",),
            "Surat {letter_number} terbit",
            "Letter {letter_number} issued",
            "Surat {kind} nomor {letter_number} terbit {issued_on}, berlaku sampai {valid_to}. "
            "Surat ini bukan izin; instansi berwenang yang memutuskan.",
            "The {kind} letter {letter_number} was issued on {issued_on}, valid to {valid_to}. "
            "It is not the permit itself: the competent authority decides.",
        ),
    ),
    "RecommendationRejected": (
        Template(
            ("ngo",),
            "Permohonan {kind} ditolak",
            "Request for a {kind} rejected",
            "Permohonan {kind} ditolak. Alasan: {reason}",
            "The request for a {kind} was rejected. Reason: {reason}",
        ),
    ),
    "RecommendationWithdrawn": (
        Template(
            ("fasker_officer",),
            "Permohonan {kind} ditarik: {ngo}",
            "Request for a {kind} withdrawn: {ngo}",
            "{ngo} menarik permohonan {kind}.",
            "{ngo} has withdrawn its request for a {kind}.",
        ),
    ),
    "RecommendationRevoked": (
        Template(
            ("ngo",),
            "Surat {letter_number} dicabut",
            "Letter {letter_number} revoked",
            "Surat {kind} nomor {letter_number} dicabut. Alasan: {reason}",
            "The {kind} letter {letter_number} is revoked. Reason: {reason}",
        ),
    ),
}
