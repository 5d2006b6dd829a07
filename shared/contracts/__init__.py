"""What events look like to their readers, in any language: JSON Schemas, examples, asyncapi.yaml.

All but the Python here is generated: `make contracts`. `released/<n>/` holds what was first released, or changed, in
release n, and is never edited: what is published now stays compatible with all of it (compatibility.py).
"""
