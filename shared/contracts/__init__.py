"""What events look like to their readers, in any language: JSON Schemas, examples, asyncapi.yaml.

Those are generated: `make contracts`. `released/<n>/` holds what was first released, or changed, in release n, and is
never edited: what is published now stays compatible with all of it (compatibility.py).

For subscribers and auditors: verify_chain.mjs proves that records, or exported tables, are what was once written.
"""

from pathlib import Path
from typing import Final

EXPORT_EVENTS: Final = Path(__file__).with_name("export_events.sql")
