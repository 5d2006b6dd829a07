"""What a request for tax relief must satisfy: V24. Pure."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from services.recommendations.requests.rules import DatedRule, Violation
from shared.regions import same_place


def distribution_violations(
    goods: Sequence[Decimal],
    distribution: Sequence[tuple[int, str, Decimal]],
    agreed_regions: Sequence[str],
    rules: Mapping[str, DatedRule],
) -> list[Violation]:
    """V24: all goods are distributed to the last unit. `distribution`: (index of the goods, region, quantity)."""
    found = []
    for index, quantity in enumerate(goods):
        planned = sum((share for at, _, share in distribution if at == index), Decimal())
        if planned != quantity:
            detail = f"must all be distributed: {quantity:f} in all, {planned:f} planned"
            found.append(Violation.of(rules["tax.goods"], f"#/goods/{index}/quantity", detail))
    for n, (_, region, _) in enumerate(distribution):
        if not same_place(region, agreed_regions):
            detail = f"must be a region of the agreement; {region} is not"
            found.append(Violation.of(rules["agreement.in_force"], f"#/distribution/{n}/region", detail))
    return found
