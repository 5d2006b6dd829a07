"""Details of evidence files."""

from collections.abc import Mapping
from typing import Final

TEXTS: Final[Mapping[str, str]] = {
    "this file is {status}: there is nothing to download": "berkas ini berstatus {status}: tak dapat diunduh",
    "must be {longest} at most": "paling banyak {longest}",
    "this very file is kept already as evidence of this kind": (
        "berkas yang sama sudah disimpan sebagai bukti jenis ini"
    ),
    "{count} uploads are under way; complete or abandon one of them first": (
        "{count} unggahan sedang berjalan; selesaikan atau batalkan dahulu salah satunya"
    ),
    "an organisation that is {status} keeps {count} files at most": (
        "organisasi berstatus {status} menyimpan paling banyak {count} berkas"
    ),
    "there is no such file of this organisation": "organisasi ini tidak memiliki berkas itu",
    "there is no such part of this file": "berkas ini tidak memiliki bagian itu",
    "must be {parts} at most: the file has that many parts": "paling banyak {parts}: sebanyak itu bagian berkas ini",
    "must be {length} bytes, as part {number} of {parts} is; there are {arrived}": (
        "harus {length} bita, yaitu bagian {number} dari {parts}; yang tiba {arrived}"
    ),
    "cannot {do} a file that is {status}": "tidak dapat {do} berkas yang berstatus {status}",
    "cannot {action} a file that is {status}; open now: {allowed}": (
        "tindakan {action} tidak terbuka bagi berkas berstatus {status}; yang terbuka sekarang: {allowed}"
    ),
    "{count} parts have not arrived: {named}": "{count} bagian belum tiba: {named}",
    "is not what arrived: that has {found}": "tidak sama dengan yang tiba, yaitu {found}",
    "the file is no {media_type}: it begins as {begins} does": ("berkas bukan {media_type}: awalnya seperti {begins}"),
    "the file ends before a PDF does": "berkas berakhir sebelum PDF selesai",
    "the file is encrypted": "berkas terenkripsi",
    "the file {runs}: /{name}": "berkas {runs}: /{name}",
    "the file packs its objects in a way that can't be looked into": (
        "berkas memampatkan objeknya dengan cara yang tidak dapat diperiksa"
    ),
    "the file swells to more than {count} bytes": "berkas mengembang menjadi lebih dari {count} bita",
    "the file has no width or no height": "berkas tidak memiliki lebar atau tinggi",
    "the file has {width} x {height} pixels, more than {count} together": (
        "berkas berukuran {width} x {height} piksel, seluruhnya lebih dari {count}"
    ),
    "the file ends before its structure does": "berkas berakhir sebelum strukturnya selesai",
    "the file goes on after its end": "berkas berlanjut setelah akhirnya",
    "the file is no sound JPEG: there is no end to its segments": (
        "berkas bukan JPEG yang utuh: segmennya tidak berakhir"
    ),
    "the file is no sound JPEG: a segment does not begin": "berkas bukan JPEG yang utuh: ada segmen tanpa awal",
    "the file does not tell its size before its data": "berkas tidak menyebut ukurannya sebelum datanya",
    "the file is damaged: a checksum is wrong": "berkas rusak: ada jumlah pemeriksa yang salah",
    "the file has no PNG header": "berkas tidak memiliki kepala PNG",
    "the file has {found} parts, more than {count}": "berkas memiliki {found} bagian, lebih dari {count}",
    "the file is a ZIP, but no workbook": "berkas adalah ZIP, tetapi bukan buku kerja",
    "the file has two parts of the same name": "berkas memiliki dua bagian dengan nama yang sama",
    "the file lists its parts in a way that can't be looked into": (
        "berkas mendaftar bagiannya dengan cara yang tidak dapat diperiksa"
    ),
    "the file holds macros": "berkas memuat makro",
    "the file declares more than there is: its parts overlap": (
        "berkas menyatakan lebih daripada isinya: bagiannya bertumpang tindih"
    ),
    "the file is encrypted, or packed in an unusual way": "berkas terenkripsi, atau dimampatkan dengan cara tak lazim",
    "the file holds a part that swells more than {count} times": (
        "berkas memuat bagian yang mengembang lebih dari {count} kali"
    ),
    "the file is no sound ZIP, as a workbook is": "berkas bukan ZIP yang utuh, padahal buku kerja demikian",
    "the file holds a part that is not as its directory declares it": (
        "berkas memuat bagian yang tidak sesuai dengan direktorinya"
    ),
    "the file holds a part that declares entities, which can swell": (
        "berkas memuat bagian yang mendeklarasikan entitas, yang dapat mengembang"
    ),
    "the file holds a part that is damaged": "berkas memuat bagian yang rusak",
}
