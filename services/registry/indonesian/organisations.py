"""Details of organisations, their people, profiles and licences, and of measures against them."""

from collections.abc import Mapping
from typing import Final

TEXTS: Final[Mapping[str, str]] = {
    # who may
    "this needs one of the roles {roles}": "hal ini memerlukan salah satu peran {roles}",
    "this needs one of the roles {roles} in an organisation": (
        "hal ini memerlukan salah satu peran {roles} dalam suatu organisasi"
    ),
    "this needs the role fasker_officer, or an official of {unit}": (
        "hal ini memerlukan peran fasker_officer, atau pejabat {unit}"
    ),
    "there is no such organisation among those whose affairs you may see": (
        "tidak ada organisasi itu di antara yang urusannya boleh Anda lihat"
    ),
    "there is no organisation with this id": "tidak ada organisasi dengan id ini",
    # organisations
    "there is no such organisation in the public register": "tidak ada organisasi itu dalam daftar publik",
    "there is no such organisation in the public register, or there was none yet on that day": (
        "tidak ada organisasi itu dalam daftar publik, atau belum ada pada hari itu"
    ),
    "must be {last} at most: no later change has a number yet": (
        "paling besar {last}: belum ada perubahan dengan nomor sesudahnya"
    ),
    "must not lie after today, {today}": "tidak boleh setelah hari ini, {today}",
    "whoever made an application can't decide on it": "pengaju permohonan tidak dapat memutuskannya",
    "a measure suspends this organisation: lift it, and the organisation is reinstated": (
        "suatu tindakan menghentikan organisasi ini: cabut tindakannya, dan organisasi aktif kembali"
    ),
    "must be another organisation": "harus organisasi lain",
    "must be a registered organisation": "harus organisasi yang terdaftar",
    "must be {start} or later: it did not work in Indonesia before": (
        "paling awal {start}: sebelum itu organisasi belum bekerja di Indonesia"
    ),
    "must not lie in the future: record a merger once it is effective": (
        "tidak boleh di masa depan: catat penggabungan setelah berlaku"
    ),
    "cannot {action} an organisation that is {status}; open now: {allowed}": (
        "tindakan {action} tidak terbuka bagi organisasi berstatus {status}; yang terbuka sekarang: {allowed}"
    ),
    "{what} needs an active organisation; this one is {status}": (
        "{what} memerlukan organisasi yang aktif; organisasi ini berstatus {status}"
    ),
    "is needed to reject": "wajib diisi untuk menolak",
    # profiles
    "`{code}` must be named once": "`{code}` harus disebut satu kali saja",
    "{what} is not open for an organisation that is {status}": (
        "{what} tidak terbuka bagi organisasi berstatus {status}"
    ),
    "the organisation has not answered what was asked of {fields}": (
        "organisasi belum menjawab yang ditanyakan tentang {fields}"
    ),
    "must end with the check digits of the 18 characters before them": (
        "harus diakhiri angka pemeriksa dari 18 karakter sebelumnya"
    ),
    "each field must be checked once": "setiap isian harus diperiksa satu kali saja",
    "is needed to query a field": "wajib diisi untuk menanyakan suatu isian",
    "whoever wrote a profile, or acts for its organisation, can't check it": (
        "penulis profil, atau yang bertindak untuk organisasinya, tidak dapat memeriksanya"
    ),
    # members and invitations
    "an organisation has {count} members at most": "suatu organisasi memiliki paling banyak {count} anggota",
    "an organisation has {count} members and open invitations at most": (
        "suatu organisasi memiliki paling banyak {count} anggota dan undangan terbuka"
    ),
    "you are a member of an organisation already; one person acts for one only": (
        "Anda sudah menjadi anggota suatu organisasi; satu orang bertindak untuk satu organisasi saja"
    ),
    "this person is no member of this organisation": "orang ini bukan anggota organisasi ini",
    "this person is a member of your organisation already": "orang ini sudah menjadi anggota organisasi Anda",
    "this person is invited already; withdraw that invitation to give another role": (
        "orang ini sudah diundang; tarik undangan itu untuk memberi peran lain"
    ),
    "the last ngo_admin stays; let there be another one first": (
        "ngo_admin terakhir tetap tinggal; adakan dahulu yang lain"
    ),
    "there is no such invitation that you may see": "tidak ada undangan itu yang boleh Anda lihat",
    "cannot {action} an invitation that is {status}; open now: {allowed}": (
        "tindakan {action} tidak terbuka bagi undangan berstatus {status}; yang terbuka sekarang: {allowed}"
    ),
    # licences
    "there is no such licence of this organisation": "organisasi ini tidak memiliki izin itu",
    "must be after `valid_from`": "harus setelah `valid_from`",
    "the {kind} with this number is recorded already": "{kind} dengan nomor ini sudah dicatat",
    "must be {end} at the latest: an izin prinsip is valid for {years} years at most": (
        "paling lambat {end}: izin prinsip berlaku paling lama {years} tahun"
    ),
    "needs an izin prinsip that is not revoked": "memerlukan izin prinsip yang tidak dicabut",
    "must be {end} at the latest: an izin operasional ends with the izin prinsip": (
        "paling lambat {end}: izin operasional berakhir bersama izin prinsip"
    ),
    "must not be after `valid_to`": "tidak boleh setelah `valid_to`",
    "must be from {first} to {last}, and not after today": (
        "harus dari {first} sampai {last}, dan tidak setelah hari ini"
    ),
    "cannot {action} a licence that is {status}; open now: {allowed}": (
        "tindakan {action} tidak terbuka bagi izin berstatus {status}; yang terbuka sekarang: {allowed}"
    ),
    "the organisation has no izin prinsip: its record was revoked or taken back": (
        "organisasi tidak memiliki izin prinsip: catatannya dicabut atau ditarik"
    ),
    "no other izin prinsip covers the agreements {numbers}; record the right one first": (
        "tidak ada izin prinsip lain yang mencakup perjanjian {numbers}; catat dahulu izin yang benar"
    ),
    "the izin operasional {numbers} would outlast every other izin prinsip; record the right one first": (
        "izin operasional {numbers} akan melampaui setiap izin prinsip lain; catat dahulu izin yang benar"
    ),
    "notified activities name this licence ({count}); they must name another first": (
        "pemberitahuan kegiatan menyebut izin ini ({count}); kegiatan itu harus menyebut izin lain dahulu"
    ),
    "must be an earlier step of the same organisation": "harus tahap terdahulu dari organisasi yang sama",
    "that step is corrected already: correct its correction": "tahap itu sudah dibetulkan: betulkan pembetulannya",
    # measures
    "there is no such measure against this organisation": "tidak ada tindakan itu terhadap organisasi ini",
    "must not be before `decided_on`": "tidak boleh sebelum `decided_on`",
    "no measure can be taken against an organisation that is {status}": (
        "tindakan tidak dapat dijatuhkan kepada organisasi berstatus {status}"
    ),
    "no measure can be recorded of an organisation that is {status}": (
        "tindakan tidak dapat dicatat bagi organisasi berstatus {status}"
    ),
    "this measure has been lifted already": "tindakan ini sudah dicabut",
    "must be a code of GET /v1/measure-kinds for {origin} measures of {day}": (
        "harus kode dari GET /v1/measure-kinds untuk tindakan {origin} pada {day}"
    ),
    "this decision of the issuer is recorded already": "keputusan penerbit ini sudah dicatat",
    "a measure that {effect} this organisation is in force already": (
        "tindakan yang {effect} organisasi ini sudah berlaku"
    ),
    "a measure that {effect} cannot be lifted while the organisation is {status}": (
        "tindakan yang {effect} tidak dapat dicabut selama organisasi berstatus {status}"
    ),
    "must not lie in the future: what suspends or closes takes effect when it is recorded": (
        "tidak boleh di masa depan: yang menghentikan atau menutup berlaku saat dicatat"
    ),
    "must be from {first} to {last}": "harus dari {first} sampai {last}",
    "must be today ({today}): the organisation is reinstated with it": (
        "harus hari ini ({today}): dengan itu organisasi aktif kembali"
    ),
}
