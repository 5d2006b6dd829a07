from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from services.recommendations.requests.rules import DatedRule
from services.recommendations.tax_requests.rules import distribution_violations

RULES = {
    "tax.goods": DatedRule("V24", None, "PMK 69/2012"),
    "agreement.in_force": DatedRule("R02", None, "PP 59/2016"),
}
QUANTITIES = st.lists(st.decimals("0.001", "1000", places=3), min_size=1, max_size=5)


@given(st.lists(QUANTITIES, min_size=1, max_size=5))
def test_goods_that_are_all_distributed_are_in_order(shares: list[list[Decimal]]) -> None:
    goods = [sum(parts, Decimal()) for parts in shares]
    distribution = [(index, "53.06", part) for index, parts in enumerate(shares) for part in parts]

    assert distribution_violations(goods, distribution, ["53.06"], RULES) == []


@given(QUANTITIES, st.data())
def test_one_unit_more_or_less_is_named_with_its_goods(quantities: list[Decimal], data: st.DataObject) -> None:
    wrong = data.draw(st.integers(0, len(quantities) - 1))
    shares = [(n, "53.06", q + (Decimal("0.001") if n == wrong else 0)) for n, q in enumerate(quantities)]

    found = distribution_violations(quantities, shares, ["53.06"], RULES)

    assert [(v.rule, v.pointer) for v in found] == [("V24", f"#/goods/{wrong}/quantity")]


def test_goods_go_only_to_regions_of_the_agreement() -> None:
    found = distribution_violations([Decimal(1)], [(0, "31.71", Decimal(1))], ["53.06"], RULES)

    assert [v.pointer for v in found] == ["#/distribution/0/region"]
