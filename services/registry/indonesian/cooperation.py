"""Details of agreements, plans and what they serve, local partners and activities in regions."""

from collections.abc import Mapping
from typing import Final

TEXTS: Final[Mapping[str, str]] = {
    # agreements and programme directions
    "must be after `starts_on`": "harus setelah `starts_on`",
    "must not be before `starts_on`": "tidak boleh sebelum `starts_on`",
    "`amount_idr`, `rate` and `rate_date` go together: give all three or none": (
        "`amount_idr`, `rate`, dan `rate_date` diisi bersama: ketiganya atau tidak satu pun"
    ),
    "there is no agreement with this id": "tidak ada perjanjian dengan id ini",
    "must be an agreement of the same organisation": "harus perjanjian dari organisasi yang sama",
    "the predecessor has a successor already": "perjanjian pendahulunya sudah memiliki penerus",
    "the agreement {number} is recorded already": "perjanjian {number} sudah dicatat",
    "the agreement must lie within the period of an izin prinsip; else give an `override_reason`": (
        "perjanjian harus berada dalam masa izin prinsip; jika tidak, isi `override_reason`"
    ),
    "must not lie in the future: nobody knows that rate": "tidak boleh di masa depan: kurs itu belum diketahui",
    "must be 1 or absent: the amount is in rupiah": "harus 1 atau tidak diisi: nilainya sudah dalam rupiah",
    "must be `amount` times `rate`, about {converted}": "harus `amount` dikali `rate`, sekitar {converted}",
    "an extension carries on what it extends": "perpanjangan melanjutkan yang diperpanjang",
    "must be after {start}, when the predecessor starts": "harus setelah {start}, saat pendahulunya mulai",
    "must be after {end}, when the predecessor ends": "harus setelah {end}, saat pendahulunya berakhir",
    "must be a day of the agreement ({first} to {last}), and not after today ({today})": (
        "harus hari dalam masa perjanjian ({first} sampai {last}), dan tidak setelah hari ini ({today})"
    ),
    "the programme direction must lie within its agreement": "Arahan Program harus berada dalam perjanjiannya",
    "must be {first} or later: the agreement starts then": "paling awal {first}: saat itu perjanjian mulai",
    "must be {last} or earlier: the agreement ends then": "paling lambat {last}: saat itu perjanjian berakhir",
    "cannot {action} an agreement that is {status}; open now: {allowed}": (
        "tindakan {action} tidak terbuka bagi perjanjian berstatus {status}; yang terbuka sekarang: {allowed}"
    ),
    "this agreement has its master plan: it can be terminated, not taken back": (
        "perjanjian ini sudah memiliki RIK: dapat diakhiri, tidak dapat ditarik"
    ),
    "another agreement carries this one on: that one must be taken back first": (
        "perjanjian lain melanjutkan perjanjian ini: perjanjian itu harus ditarik dahulu"
    ),
    "notified activities name this agreement ({activities}); they must be withdrawn or name another first": (
        "pemberitahuan kegiatan menyebut perjanjian ini ({activities}); kegiatan itu harus ditarik atau menyebut "
        "perjanjian lain dahulu"
    ),
    "a programme direction needs a running agreement; this one is {status}": (
        "Arahan Program memerlukan perjanjian yang berjalan; perjanjian ini berstatus {status}"
    ),
    "the programme direction {number} is recorded already": "Arahan Program {number} sudah dicatat",
    # master plans
    "must not be before `from_year`": "tidak boleh sebelum `from_year`",
    "there is no such version of a master plan": "tidak ada versi RIK itu",
    "there is no master plan of such an agreement": "tidak ada RIK dari perjanjian itu",
    "a master plan needs a running agreement; this one is {status}": (
        "RIK memerlukan perjanjian yang berjalan; perjanjian ini berstatus {status}"
    ),
    "an amendment needs a running agreement; this one is {status}": (
        "perubahan RIK memerlukan perjanjian yang berjalan; perjanjian ini berstatus {status}"
    ),
    "this agreement has its master plan already": "perjanjian ini sudah memiliki RIK",
    "activities must stay within their agreement": "kegiatan harus berada dalam perjanjiannya",
    "must be the id of an activity in force, once, or absent": (
        "harus id kegiatan yang berlaku, satu kali saja, atau tidak diisi"
    ),
    "an amendment names activities of the version in force": "perubahan menyebut kegiatan dari versi yang berlaku",
    "must be the code of a national priority": "harus kode prioritas nasional",
    "holds from {first} to {last}, the activity in no year of these": (
        "berlaku dari {first} sampai {last}; tidak satu pun tahun kegiatan ada di dalamnya"
    ),
    "must be a year of the activity, {first} to {last}": "harus tahun kegiatan, {first} sampai {last}",
    "`{region}` is not in the activity": "`{region}` tidak termasuk kegiatan ini",
    "there is another target of {year} in `{region}`": "sudah ada target {year} di `{region}`",
    "`{region}` is not in the agreement": "`{region}` tidak termasuk perjanjian",
    # alignment
    "there is no activity with this id in a master plan": "tidak ada kegiatan dengan id ini dalam RIK",
    "there is no such alignment of this activity": "kegiatan ini tidak memiliki keselarasan itu",
    "there is no such activity in a master plan of your organisation": (
        "tidak ada kegiatan itu dalam RIK organisasi Anda"
    ),
    "this needs an agreement in force; this one is {status}": (
        "hal ini memerlukan perjanjian yang berlaku; perjanjian ini berstatus {status}"
    ),
    "must be the code of an item in GET /v1/frameworks/{{framework}}": (
        "harus kode butir dalam GET /v1/frameworks/{{framework}}"
    ),
    "{framework} holds from {first} to {last}, the activity in no year of these": (
        "{framework} berlaku dari {first} sampai {last}; tidak satu pun tahun kegiatan ada di dalamnya"
    ),
    "this activity is aligned with {item} already; withdraw that to change it": (
        "kegiatan ini sudah diselaraskan dengan {item}; tarik yang itu untuk mengubahnya"
    ),
    "whoever proposed an alignment can't decide on it": "pengusul keselarasan tidak dapat memutuskannya",
    "must be {left} at most: weights within a framework make up 100": (
        "paling banyak {left}: bobot dalam satu kerangka berjumlah 100"
    ),
    "cannot {action} an alignment that is {status}; open now: {allowed}": (
        "tindakan {action} tidak terbuka bagi keselarasan berstatus {status}; yang terbuka sekarang: {allowed}"
    ),
    "there is no framework with this code": "tidak ada kerangka dengan kode ini",
    # local partners
    "there is no such local partner among those that you may see": (
        "tidak ada mitra lokal itu di antara yang boleh Anda lihat"
    ),
    "there is no local partner with this id": "tidak ada mitra lokal dengan id ini",
    "there is no local partner with this id among those that you may act on": (
        "tidak ada mitra lokal dengan id ini di antara yang boleh Anda tangani"
    ),
    "there is no local partner with this id among your organisation's": (
        "tidak ada mitra lokal dengan id ini di antara milik organisasi Anda"
    ),
    "a local partner with this registration number is proposed or approved already": (
        "mitra lokal dengan nomor pendaftaran ini sudah diusulkan atau disetujui"
    ),
    "whoever proposed a partner can't decide on it": "pengusul mitra lokal tidak dapat memutuskannya",
    "the opinion that this body gave on that day is recorded already": (
        "pendapat instansi ini pada hari itu sudah dicatat"
    ),
    "must be a code of GET /v1/clearance-bodies that was valid on {day}": (
        "harus kode dari GET /v1/clearance-bodies yang berlaku pada {day}"
    ),
    "another local partner of the organisation has this registration number": (
        "mitra lokal lain dari organisasi ini memiliki nomor registrasi itu"
    ),
    "must be after {present}, when the present one ends": "harus setelah {present}, saat yang sekarang berakhir",
    "no renewed registration of this local partner waits for a decision": (
        "tidak ada perpanjangan registrasi mitra lokal ini yang menunggu keputusan"
    ),
    "whoever gave a renewed registration can't decide on it": (
        "pihak yang menyampaikan perpanjangan registrasi tidak dapat memutuskannya"
    ),
    "is needed to refuse": "wajib diisi untuk menolak",
    "there is no such opinion on this local partner": "tidak ada pendapat itu tentang mitra lokal ini",
    "a note on this opinion has been released already": "catatan tentang pendapat ini sudah dibuka",
    "a local partner is approved after its orientation only; this one is {status}": (
        "mitra lokal disetujui hanya setelah orientasinya; mitra ini berstatus {status}"
    ),
    "the registration (SKT or AHU) must be valid on {day}; it ended on {end}": (
        "pendaftaran (SKT atau AHU) harus berlaku pada {day}; masa berlakunya berakhir {end}"
    ),
    "cannot {action} a local partner: it is {status}; open now: {allowed}": (
        "tindakan {action} tidak terbuka bagi mitra lokal berstatus {status}; yang terbuka sekarang: {allowed}"
    ),
    "must be one of the partner's regions: {regions}": "harus salah satu wilayah mitra itu: {regions}",
    "an amount and its currency go together": "jumlah dan mata uangnya diisi bersama",
    "are needed to reject, or to approve with notes": "wajib diisi untuk menolak, atau menyetujui dengan catatan",
    "each region consents once": "setiap wilayah memberi persetujuan satu kali saja",
    # activities in regions
    "each partner must be named once": "setiap mitra harus disebut satu kali saja",
    "there is no such activity, or none in your region": "tidak ada kegiatan itu, atau tidak di wilayah Anda",
    "you do not answer for {region}": "Anda tidak menjawab untuk {region}",
    "must be a region in which the activity takes place": "harus wilayah tempat kegiatan berlangsung",
    "there is no such activity among those that you may see": (
        "tidak ada kegiatan itu di antara yang boleh Anda lihat"
    ),
    "there is no notified activity with this id": "tidak ada pemberitahuan kegiatan dengan id ini",
    "there is no notified activity with this id among your organisation's": (
        "tidak ada pemberitahuan kegiatan dengan id ini di antara milik organisasi Anda"
    ),
    "{region} has {answer} this activity already": "{region} sudah {answer} kegiatan ini",
    "the activity cannot be notified": "kegiatan tidak dapat diberitahukan",
    "cannot {action} a notified activity that is {status}; open now: {allowed}": (
        "tindakan {action} tidak terbuka bagi kegiatan berstatus {status}; yang terbuka sekarang: {allowed}"
    ),
    "must be the extension of an earlier agreement, for the activity to continue after it": (
        "harus perpanjangan dari perjanjian terdahulu, agar kegiatan berlanjut setelahnya"
    ),
    "must be {base} of your organisation": "harus {base} milik organisasi Anda",
    "{region} lies outside of the agreement's work area": "{region} di luar wilayah kerja perjanjian",
    "must be an approved local partner whose registration is valid": (
        "harus mitra lokal yang disetujui dan pendaftarannya masih berlaku"
    ),
    "must cover the whole activity; it runs from {first} to {last}": (
        "harus mencakup seluruh kegiatan; masanya {first} sampai {last}"
    ),
    # money, regions and sectors
    "must be sent as a text, such as `1250.50`: JSON numbers lose digits": (
        "harus dikirim sebagai teks, seperti `1250.50`: bilangan JSON kehilangan angka"
    ),
    "must be an amount from 0 on, with 20 digits and 2 decimals at most, such as `1250.50`": (
        "harus jumlah mulai dari 0, paling banyak 20 angka dan 2 desimal, seperti `1250.50`"
    ),
    "must be a currency code of ISO 4217, such as `EUR`": "harus kode mata uang ISO 4217, seperti `EUR`",
    "must be the code of a regency or city, such as `53.06`": "harus kode kabupaten atau kota, seperti `53.06`",
    "must be one of {known}": "harus salah satu dari {known}",
    "sectors must be in the list of sectors": "bidang harus ada dalam daftar bidang",
    "must hold a name": "harus memuat nama",
    "there is no region with this code": "tidak ada wilayah dengan kode ini",
}
