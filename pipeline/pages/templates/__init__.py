"""The pages of the pipeline, as Jinja templates; those of HTML escape what they print."""

from __future__ import annotations

import jinja2

from pipeline.text.folding import in_markdown


def template(name: str) -> jinja2.Template:
    """The template of a page, which needs all its values. In Markdown `| markdown` escapes a text."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("pipeline.pages"),
        autoescape=jinja2.select_autoescape(["html.j2"]),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["markdown"] = in_markdown
    return environment.get_template(name)
