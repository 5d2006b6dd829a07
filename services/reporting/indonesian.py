"""What reporting says in Indonesian. English stands where a thing is refused; a test finds what has no line here."""

from collections.abc import Mapping
from typing import Final

from shared.http.translation import translator

TEXTS: Final[Mapping[str, str]] = {
    # who may
    "this is for members of a registered organisation": "hal ini untuk anggota organisasi yang terdaftar",
    "this is for members of a registered organisation, the ministry and the regions": (
        "hal ini untuk anggota organisasi yang terdaftar, kementerian, dan daerah"
    ),
    "this needs one of the roles ngo_admin, ngo_director in an organisation": (
        "hal ini memerlukan salah satu peran ngo_admin, ngo_director dalam suatu organisasi"
    ),
    "your organisation is {ngo_status}": "organisasi Anda berstatus {ngo_status}",
    "your organisation is {ngo_status}; it can only report": (
        "organisasi Anda berstatus {ngo_status}; organisasi itu hanya dapat melapor"
    ),
    "guests' names are for {anywhere}, and {on_the_way} of a region on the way": (
        "nama tamu hanya untuk {anywhere}, dan {on_the_way} dari daerah yang dikunjungi"
    ),
    "who submitted it cannot decide on it": "pihak yang mengajukan tidak dapat memutuskannya",
    "this needs an official of {unit}, with which the plan's agreement is made": (
        "hal ini memerlukan pejabat {unit}, pihak dalam perjanjian rencana kerja ini"
    ),
    # what stands against an action
    "cannot {action} {what} that is {status}; open now: {allowed}": (
        "tidak dapat {action} {what} berstatus {status}; yang terbuka sekarang: {allowed}"
    ),
    "a comment is on a field that is not there": "ada catatan tentang isian yang tidak ada",
    "must be a JSON pointer to a field of what was submitted": (
        "harus penunjuk JSON (JSON pointer) ke suatu isian dari yang diajukan"
    ),
    "a request for revision needs at least one comment": "permintaan perbaikan memerlukan paling sedikit satu catatan",
    "a rejection needs a reason": "penolakan memerlukan alasan",
    # obligations
    "there is no such obligation": "tidak ada kewajiban itu",
    "there is no such obligation, or none that you may see": (
        "tidak ada kewajiban itu, atau tidak ada yang boleh Anda lihat"
    ),
    "must be after the present due date ({due_on}) and not before today ({today})": (
        "harus setelah tanggal jatuh tempo sekarang ({due_on}) dan tidak sebelum hari ini ({today})"
    ),
    # work plans
    "there is no such work plan, or none that you may see": (
        "tidak ada rencana kerja tahunan (RKT) itu, atau tidak ada yang boleh Anda lihat"
    ),
    "must be an agreement of your organisation": "harus perjanjian organisasi Anda",
    "must stay {agreement_id}; or draft another plan": "harus tetap {agreement_id}; atau buat rencana lain",
    "must be the id of an activity of this plan, once, or absent": (
        "harus id kegiatan dalam rencana ini, satu kali saja, atau tidak diisi"
    ),
    "the edit changes what this plan is": "perubahan ini mengubah pokok rencana",
    "the plan cannot be submitted: {count} rule(s) stand against it": (
        "rencana kerja tahunan (RKT) tidak dapat diajukan: {count} aturan belum dipenuhi"
    ),
    "must be a year of the agreement, which runs from {first} to {last}": (
        "harus tahun dalam masa perjanjian, yaitu {first} sampai {last}"
    ),
    "a plan of {year} is approved already": "rencana tahun {year} sudah disetujui",
    "another plan of {year} is approved already": "rencana lain untuk tahun {year} sudah disetujui",
    "must be an activity of this agreement's master plan (RIK)": (
        "harus kegiatan dalam Rencana Induk Kegiatan (RIK) perjanjian ini"
    ),
    "must lie in the agreement's work area; {regions} do not": (
        "harus berada dalam wilayah kerja perjanjian; {regions} di luarnya"
    ),
    "must be an approved local partner whose registration is valid": (
        "harus mitra lokal yang disetujui dan pendaftarannya masih berlaku"
    ),
    "must be declared (UU 17/2013 art. 52): send true": "wajib dinyatakan (UU 17/2013 pasal 52): kirim true",
    "the minutes of the discussion (BAP) in {region} are missing": (
        "Berita Acara Pembahasan (BAP) di {region} belum ada"
    ),
    "the minutes of the discussion in {region} are there already": (
        "Berita Acara Pembahasan (BAP) di {region} sudah ada"
    ),
    "the master plan (RIK) was amended since and no longer has the activity of: {titles}; ask for a revision": (
        "Rencana Induk Kegiatan (RIK) sudah diubah dan tidak lagi memuat kegiatan: {titles}; mintalah perbaikan"
    ),
    # reports
    "there is no such report, or none that you may see": (
        "tidak ada laporan itu, atau tidak ada yang boleh Anda lihat"
    ),
    "must be a report that your organisation still owes": "harus laporan yang masih wajib disampaikan organisasi Anda",
    "there is a report on this obligation already; edit or withdraw that one": (
        "sudah ada laporan untuk kewajiban ini; ubah atau tarik kembali laporan itu"
    ),
    "must stay {obligation_id}; or draft another report": "harus tetap {obligation_id}; atau buat laporan lain",
    "must be {total}, the sum of male and female": "harus {total}, jumlah laki-laki dan perempuan",
    "the report cannot be submitted: {count} rule(s) stand against it": (
        "laporan tidak dapat diajukan: {count} aturan belum dipenuhi"
    ),
    "the period {period} is open until {last}": "periode {period} berjalan sampai {last}",
    "must be an activity of the approved work plan of {year}": (
        "harus kegiatan dalam rencana kerja tahunan (RKT) {year} yang disetujui"
    ),
    "must say why {realised} was realised of {planned} planned in this period: more than {threshold} off": (
        "wajib menjelaskan mengapa realisasi {realised} dari {planned} yang direncanakan dalam periode ini: "
        "selisihnya lebih dari {threshold}"
    ),
    # visits
    "there is no such visit, or none that you may see": (
        "tidak ada kunjungan itu, atau tidak ada yang boleh Anda lihat"
    ),
    "there is no such visit, or none that comes to your region": (
        "tidak ada kunjungan itu, atau tidak ada yang menuju daerah Anda"
    ),
    "must name each guest once": "setiap tamu harus disebut satu kali saja",
    "must not be before `starts_on`": "tidak boleh sebelum `starts_on`",
    "must not be before today ({today})": "tidak boleh sebelum hari ini ({today})",
    "must lie inside the visit, {first} to {last}": "harus dalam masa kunjungan, {first} sampai {last}",
    "must be a region on the way: {regions}": "harus daerah yang dikunjungi: {regions}",
    "you do not answer for {region}": "Anda tidak menjawab untuk {region}",
    "{region} has answered this itinerary already": "{region} sudah menjawab rencana perjalanan ini",
    "the visit lasts until {last}; complete it afterwards": (
        "kunjungan berlangsung sampai {last}; selesaikan setelahnya"
    ),
    # stories
    "there is no such story, or none that you may see": ("tidak ada kisah itu, atau tidak ada yang boleh Anda lihat"),
    "there is no such story, or it is not published": "tidak ada kisah itu, atau belum diterbitkan",
    "must not hold {personal}: take it out": "tidak boleh memuat {personal}: hapuslah",
    "every recognisable person, or guardian, must have consented": (
        "setiap orang yang dapat dikenali, atau walinya, harus sudah memberi persetujuan"
    ),
    # regions
    "must be the code of a regency or city, such as 53.06": "harus kode kabupaten atau kota, seperti 53.06",
    "must be the code of a province, regency or city, such as 53 or 53.06": (
        "harus kode provinsi, kabupaten, atau kota, seperti 53 atau 53.06"
    ),
}
"""Statuses, roles and codes stay as the API has them."""

ACTIONS: Final[Mapping[str, str]] = {
    "accept": "menerima",
    "amend": "mengubah",
    "approve": "menyetujui",
    "approve as the last region": "menyetujui sebagai daerah terakhir",
    "cancel": "membatalkan",
    "complete": "menyelesaikan",
    "edit": "mengubah",
    "extend": "memperpanjang",
    "fulfil": "memenuhi",
    "miss": "melewatkan",
    "postpone": "menunda",
    "publish": "menerbitkan",
    "refuse": "menolak",
    "reject": "menolak",
    "remind": "mengingatkan",
    "reopen": "membuka kembali",
    "request revision of": "meminta perbaikan",
    "reschedule": "menjadwalkan ulang",
    "submit": "mengajukan",
    "take up": "mulai memeriksa",
    "unpublish": "menarik dari penerbitan",
    "waive": "membebaskan",
    "withdraw": "menarik kembali",
    "nothing": "tidak ada",
}

WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "action": ACTIONS,
    "allowed": ACTIONS,
    "what": {
        "a work plan": "rencana kerja tahunan (RKT)",
        "a report": "laporan",
        "a visit": "kunjungan",
        "a story": "kisah",
        "an obligation": "kewajiban",
    },
    "ngo_status": {"not verified": "belum diverifikasi"},
    "personal": {
        "an identity number (NIK)": "nomor induk kependudukan (NIK)",
        "a phone number": "nomor telepon",
        "a passport number": "nomor paspor",
    },
}
"""Values that are English words, by the name that they have in the texts."""

translate: Final = translator(TEXTS, WORDS)
