"""The pages of the pipeline, as Jinja templates that escape what they print."""

from __future__ import annotations

import jinja2


def template(name: str) -> jinja2.Template:
    """The template of a page; what it is not given is an error."""
    return jinja2.Environment(
        loader=jinja2.PackageLoader("pipeline.pages"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    ).get_template(name)
