"""Which of the validators that a reader sends decides (RFC 9110, section 13.2.2)."""

from datetime import UTC, datetime

import pytest
from fastapi import Request

from shared.http.etags import is_known, validators

SINCE = datetime(2020, 8, 12, 3, tzinfo=UTC)
TAG = '"0-0123456789abcdef"'
OTHER = '"0-fedcba9876543210"'
THEN, BEFORE, AFTER = (f"Wed, 12 Aug 2020 {time} GMT" for time in ("03:00:00", "02:59:59", "03:00:01"))


def asked(**sent: str) -> Request:
    headers = [(name.replace("_", "-").encode(), value.encode()) for name, value in sent.items()]
    return Request({"type": "http", "headers": headers})


@pytest.mark.parametrize(("date", "known"), [(BEFORE, False), (THEN, True), (AFTER, True)])
def test_a_date_is_good_from_the_last_change_on(date: str, known: bool) -> None:
    assert is_known(asked(if_modified_since=date), TAG, SINCE) is known


@pytest.mark.parametrize("date", ["Wednesday, 12-Aug-20 03:00:00 GMT", "Wed Aug 12 03:00:00 2020"])
def test_dates_of_old_forms_are_understood(date: str) -> None:
    assert is_known(asked(if_modified_since=date), TAG, SINCE)


@pytest.mark.parametrize("date", ["", "yesterday", "2020-08-12T03:00:00Z", "Wed, 32 Aug 2020 03:00:00 GMT"])
def test_what_is_no_date_is_ignored(date: str) -> None:
    assert not is_known(asked(if_modified_since=date), TAG, SINCE)


def test_a_date_is_ignored_where_no_last_change_is_known() -> None:
    assert not is_known(asked(if_modified_since=AFTER), TAG)


@pytest.mark.parametrize(("tag", "date", "known"), [(OTHER, AFTER, False), (TAG, BEFORE, True)])
def test_beside_a_tag_the_date_is_ignored(tag: str, date: str, known: bool) -> None:
    assert is_known(asked(if_none_match=tag, if_modified_since=date), TAG, SINCE) is known


def test_the_last_change_is_told_in_greenwich_time() -> None:
    assert validators(TAG, SINCE) == {"ETag": TAG, "Last-Modified": THEN}
    assert validators(TAG, None) == {"ETag": TAG}
