"""What the kit says in Indonesian. English stands where a thing is defined; what has no line here stays English."""

from collections.abc import Mapping
from typing import Any, Final

from shared.http.translation import translator

PROBLEMS: Final[Mapping[str, tuple[str, str]]] = {
    "bad-request": (
        "Permintaan tidak dapat dilaksanakan.",
        "Perbaiki permintaan sesuai `detail`, lalu kirim lagi.",
    ),
    "invalid-input": (
        "Suatu isian dalam permintaan melanggar aturan.",
        "Setiap butir `errors` menyebut isian dan bagaimana seharusnya; perbaiki semuanya, lalu kirim lagi.",
    ),
    "not-signed-in": (
        "Panggilan ini memerlukan token akses yang sah.",
        "Kirim `Authorization: Bearer <token>` dengan token baru dari penerbit yang ditetapkan.",
    ),
    "not-allowed": (
        "Peran atau lingkup pemanggil tidak mengizinkan hal ini.",
        "Mintalah bantuan kepada orang dengan salah satu peran yang disebut dalam `detail`.",
    ),
    "not-found": (
        "Hal ini tidak ada, atau tidak ada yang boleh dilihat oleh pemanggil.",
        "Periksa alamatnya; daftar menunjukkan apa yang boleh Anda lihat.",
    ),
    "action-not-allowed": (
        "Tindakan ini tidak terbuka dalam status sekarang.",
        "Baca lagi sumber datanya: `detail` menyebut tindakan yang terbuka sekarang.",
    ),
    "already-exists": (
        "Hal seperti ini sudah ada.",
        "Bacalah yang sudah ada; `detail` menyebut apa yang sama.",
    ),
    "stale-version": (
        "Sumber data telah berubah sejak dibaca.",
        "Baca lagi, lihat apa yang berubah, lalu kirim ETag barunya dalam `If-Match`.",
    ),
    "version-required": (
        "Perubahan harus menyebut versi yang menjadi dasarnya.",
        "Kirim ETag yang Anda baca sebagai `If-Match`.",
    ),
    "idempotency-key-required": (
        "POST harus membawa Idempotency-Key.",
        "Kirim `Idempotency-Key` dengan nilai acak baru untuk setiap maksud, dan nilai yang sama bila mengulang.",
    ),
    "idempotency-key-reused": (
        "Idempotency-Key ini telah dipakai untuk permintaan lain.",
        "Pakai kunci baru untuk permintaan baru; ulangi kunci lama hanya dengan permintaan yang persis sama.",
    ),
    "idempotency-key-in-flight": (
        "Permintaan dengan Idempotency-Key ini sedang dikerjakan.",
        "Tunggu selama detik dalam `Retry-After`, lalu ulangi permintaan yang sama.",
    ),
    "body-too-large": (
        "Isi permintaan lebih besar daripada batasnya.",
        "Kirim lebih sedikit sekaligus; berkas disimpan di penyimpanan berkas, bukan di dalam JSON.",
    ),
    "body-too-slow": (
        "Isi permintaan tidak tiba pada waktunya.",
        "Kirim permintaan lagi; Idempotency-Key yang sama membuatnya aman.",
    ),
    "address-too-long": (
        "Alamat yang diminta lebih panjang daripada batasnya.",
        "Persingkat parameter; daftar yang panjang dikirim dalam isi permintaan.",
    ),
    "headers-too-large": (
        "Header permintaan lebih besar atau lebih banyak daripada batasnya.",
        "Kirim lebih sedikit header; token atau cookie yang tumbuh terus adalah sebab yang lazim.",
    ),
    "headers-too-slow": (
        "Header permintaan tidak tiba pada waktunya.",
        "Kirim permintaan lagi; Idempotency-Key yang sama membuatnya aman.",
    ),
    "not-http": (
        "Yang tiba bukan permintaan HTTP/1.1 yang sah.",
        "Periksa kata kerja, header, dan proksi di antaranya; pustaka HTTP biasa membuatnya dengan benar.",
    ),
    "too-many-requests": (
        "Pemanggil telah memakai seluruh jatah permintaannya untuk saat ini.",
        "Tunggu selama detik dalam `Retry-After`; `RateLimit` menunjukkan sisa jatah sebelum habis.",
    ),
    "took-too-long": (
        "Permintaan tidak selesai pada waktunya dan dihentikan.",
        "Ulangi permintaan yang sama dengan Idempotency-Key yang sama: tidak ada yang terjadi dua kali.",
    ),
    "not-yet-arrived": (
        "Yang ingin dilihat pemanggil belum tiba di sini.",
        "Tanyakan lagi setelah detik dalam `Retry-After`; tidak ada yang hilang.",
    ),
    "unavailable": (
        "Layanan tidak dapat melakukannya sekarang.",
        "Ulangi permintaan yang sama nanti, dengan Idempotency-Key yang sama.",
    ),
    "method-not-allowed": (
        "Alamat ini ada, tetapi tidak untuk kata kerja ini.",
        "Header `Allow` menyebut semua kata kerja alamat ini.",
    ),
    "unsupported-media-type": (
        "Isi permintaan berjenis media lain daripada yang diterima alamat ini, atau tidak menyebut jenisnya.",
        "Kirim isi berjenis yang disebut dalam `detail`, lazimnya JSON, dan sebutkan dalam `Content-Type`.",
    ),
    "unexpected": (
        "Terjadi kesalahan di pihak kami.",
        "Ulangi permintaan yang sama dengan Idempotency-Key yang sama; bila tetap gagal, laporkan `request_id`.",
    ),
}
"""Type of a problem -> its title, and how to mend it."""

DETAILS: Final[Mapping[str, str]] = {
    "`If-Match` is missing": "`If-Match` tidak ada",
    '`If-Match` must be one ETag as it was read, such as "3"': (
        '`If-Match` harus satu ETag sebagaimana dibaca, misalnya "3"'
    ),
    # tokens
    "the header `Authorization: Bearer <token>` is missing": "header `Authorization: Bearer <token>` tidak ada",
    "the access token is longer than {count} characters": "token akses lebih dari {count} karakter",
    "the access token has expired": "token akses sudah kedaluwarsa",
    "the access token is signed by no key that its issuer publishes": (
        "token akses tidak ditandatangani dengan kunci yang diterbitkan penerbitnya"
    ),
    "the claim `{claim}` of the access token is missing, or not as it must be here": (
        "klaim `{claim}` dalam token akses tidak ada, atau tidak sebagaimana mestinya di sini"
    ),
    "this is no access token that can be read": "ini bukan token akses yang dapat dibaca",
    "the token's claim `{name}` must be a list of texts": "klaim `{name}` dalam token harus berupa daftar teks",
    "the token's claim `{name}` must be a text": "klaim `{name}` dalam token harus berupa teks",
    "the token's `sub` must be a text of at most 200 characters": (
        "`sub` dalam token harus berupa teks paling banyak 200 karakter"
    ),
    "the issuer's keys can't be read now": "kunci penerbit token tidak dapat dibaca sekarang",
    # writes
    "this key came with another request before": "kunci ini sebelumnya datang dengan permintaan lain",
    "the first request with this key is still being worked on": (
        "permintaan pertama dengan kunci ini masih dikerjakan"
    ),
    "the header `Idempotency-Key` is missing, or not printable ASCII of at most {count} characters": (
        "header `Idempotency-Key` tidak ada, atau bukan ASCII tercetak paling banyak {count} karakter"
    ),
    "writing is stopped until an operator has reconciled the log": (
        "penulisan dihentikan sampai operator mencocokkan log"
    ),
    "the events named in `Singo-After` have not all been applied here": (
        "peristiwa yang disebut dalam `Singo-After` belum semuanya diterapkan di sini"
    ),
    "must be at most {count} positions": "paling banyak {count} posisi",
    "must be positions such as `reporting/<key>/42`, with commas": (
        "harus posisi seperti `reporting/<key>/42`, dipisahkan koma"
    ),
    "this service does not listen to {sources}": "layanan ini tidak mendengarkan {sources}",
    # reads
    "must have at most {count} characters": "paling banyak {count} karakter",
    "`{parameter}` names what there is not": "`{parameter}` menyebut yang tidak ada",
    "must be at most {count} names": "paling banyak {count} nama",
    "there is no `{name}` here; {known}": "tidak ada `{name}` di sini; yang ada: {known}",
    "belongs to a list sorted by `{own}`, not by `{sort}`": (
        "milik daftar yang diurutkan menurut `{own}`, bukan menurut `{sort}`"
    ),
    "must say why you need this personal data; the organisation whose people they are sees it": (
        "wajib menyebut mengapa Anda memerlukan data pribadi ini; organisasi yang bersangkutan dapat melihatnya"
    ),
    "must be printable text": "hanya boleh memuat karakter yang dapat dicetak",
    "must be `next_cursor` of the page before, unchanged": (
        "harus `next_cursor` dari halaman sebelumnya, tanpa perubahan"
    ),
    # rows that are imported
    "the first line must name the columns": "baris pertama harus menyebut nama kolom",
    "the column `{column}` is missing": "kolom `{column}` tidak ada",
    "must be one of {columns}, once": "harus salah satu dari {columns}, satu kali saja",
    "must be at most {count} rows, and as many blank lines; send the rest in another request": (
        "paling banyak {count} baris, dan sebanyak itu baris kosong; kirim sisanya dalam permintaan lain"
    ),
    "is not valid CSV: {reason}": "bukan CSV yang sah: {reason}",
    "has {found} cells; the first line names {named} columns": (
        "memiliki {found} sel; baris pertama menyebut {named} kolom"
    ),
    "is longer than {count} bytes": "lebih dari {count} bita",
    "is not valid JSON": "bukan JSON yang sah",
    "must be a JSON object": "harus berupa objek JSON",
    # operations
    "the clock of this service can't be set": "jam layanan ini tidak dapat diatur",
    "Kafka does not answer, so the lag is not known": "Kafka tidak menjawab, sehingga ketertinggalan tidak diketahui",
    "this service has no event with this id": "layanan ini tidak memiliki peristiwa dengan id ini",
    "this service reads {sources}": "yang dibaca layanan ini: {sources}",
    # fields
    "must name each region once": "setiap wilayah harus disebut satu kali saja",
    "must not lie in the future": "tidak boleh di masa depan",
    "must not be in the future": "tidak boleh di masa depan",
    "must be more than 0": "harus lebih dari 0",
    "must be another country than Indonesia": "harus negara selain Indonesia",
}
"""Details, as they stand in the code -> the same in Indonesian."""

WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "sources": {"no other service": "tidak ada"},
    "reason": {
        "unexpected end of data": "data berakhir terlalu dini",
        "',' expected after '\"'": "sesudah '\"' harus ada ','",
        "';' expected after '\"'": "sesudah '\"' harus ada ';'",
    },
}
"""Values that are English words, by the name that they have in the details."""

translate: Final = translator(DETAILS, WORDS)

FIELDS: Final[Mapping[str, str]] = {
    "missing": "wajib diisi",
    "extra_forbidden": "tidak dikenal: hapus isian ini",
    "json_invalid": "bukan JSON yang sah",
    "string_type": "harus berupa teks",
    "string_too_short": "paling sedikit {min_length} karakter",
    "string_too_long": "paling banyak {max_length} karakter",
    "string_pattern_mismatch": "harus sesuai dengan pola `{pattern}`",
    "not_printable": "tidak boleh memuat karakter kendali atau surogat tunggal",
    "unknown_event_type": "bukan jenis peristiwa: daftarnya di /v1/event-types",
    "not_one_line": "harus satu baris",
    "bool_type": "harus `true` atau `false`",
    "bool_parsing": "harus `true` atau `false`",
    "not_boolean": "tidak boleh `true` atau `false`",
    "int_type": "harus bilangan bulat",
    "int_parsing": "harus bilangan bulat",
    "int_from_float": "harus bilangan bulat, tanpa pecahan",
    "int_parsing_size": "bilangan bulatnya terlalu panjang",
    "float_type": "harus berupa bilangan",
    "finite_number": "harus bilangan berhingga",
    "decimal_type": "harus berupa bilangan desimal",
    "decimal_parsing": "harus bilangan desimal yang sah",
    "decimal_max_digits": "paling banyak {max_digits} angka seluruhnya",
    "decimal_max_places": "paling banyak {decimal_places} angka di belakang koma",
    "decimal_whole_digits": "paling banyak {whole_digits} angka di depan koma",
    "not_plain_number": "harus ditulis dengan angka 0-9 dan titik desimal saja",
    "greater_than": "harus lebih dari {gt}",
    "greater_than_equal": "harus paling sedikit {ge}",
    "less_than": "harus kurang dari {lt}",
    "less_than_equal": "harus paling banyak {le}",
    "literal_error": "harus salah satu dari {expected}",
    "enum": "harus salah satu dari {expected}",
    "uuid_type": "harus UUID",
    "uuid_parsing": "harus UUID yang sah",
    "date_type": "harus tanggal seperti 2026-01-31",
    "date_parsing": "harus tanggal yang ada, seperti 2026-01-31",
    "date_from_datetime_parsing": "harus tanggal yang ada, seperti 2026-01-31",
    "date_from_datetime_inexact": "harus tanggal seperti 2026-01-31, tanpa jam",
    "not_full_date": "harus tanggal yang ditulis lengkap, seperti 2026-01-31",
    "datetime_type": "harus waktu seperti 2026-01-31T08:00:00Z",
    "datetime_parsing": "harus waktu yang ada, seperti 2026-01-31T08:00:00Z",
    "datetime_from_date_parsing": "harus waktu yang ada, seperti 2026-01-31T08:00:00Z",
    "not_full_time": "harus waktu yang ditulis lengkap, seperti 2026-01-31T08:00:00Z",
    "timezone_aware": "harus menyebut zona waktu, seperti `Z` atau `+07:00`",
    "list_type": "harus berupa daftar",
    "tuple_type": "harus berupa daftar",
    "too_short": "paling sedikit {min_length} butir",
    "too_long": "paling banyak {max_length} butir",
    "dict_type": "harus berupa objek JSON",
    "model_type": "harus berupa objek JSON",
    "model_attributes_type": "harus berupa objek JSON",
}
"""Kind of a pydantic error -> what the field must be."""


def field_detail(kind: str, detail: str, context: Mapping[str, Any]) -> str | None:
    """What a field must be, in Indonesian; None where nobody has translated it."""
    if template := FIELDS.get(kind):
        choices = str(context.get("expected", "")).replace(" or ", " atau ")
        return template.format_map({**context, "expected": choices})
    return translate(detail)
