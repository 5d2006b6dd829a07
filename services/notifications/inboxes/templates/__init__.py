"""What people are told of each event: texts as data, Indonesian first."""

from collections.abc import Mapping
from typing import Final

from services.notifications.inboxes.templates import cooperation, recommendations, registry, reporting
from services.notifications.inboxes.templates.template import Template

TEMPLATES: Final[Mapping[str, tuple[Template, ...]]] = {
    **registry.TEMPLATES,
    **cooperation.TEMPLATES,
    **reporting.TEMPLATES,
    **recommendations.TEMPLATES,
}
