"""reports/index.html: the findings as one page that needs nothing else, not even the network."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from qualcode.drafts import draft_mark
from qualcode.files import write_text
from qualcode.reports import content
from qualcode.reports.content import Data
from qualcode.reports.findings import FIGURES, _summary, agreement_parts

SECTIONS = {
    "Participants and data": ("participants", "sessions"),
    "Themes": ("#thematic_map", "themes", "#theme_by_participant"),
    "Definitions": ("definitions",),
    "Framework": ("constructs",),
    "Agreement between coders": (),  # as the study has it
    "From disagreement to consensus": (),  # the same
    "Saturation": ("saturation", "#saturation"),
    "Codes that occur together": ("cooccurrence",),
    "Topics (suggestions)": ("topics",),
    "Member check": ("memberchecks",),
    "Quotes": ("quotes",),
}


def write_index(path: Path, data: Data, figures: Path, files: list[str]) -> None:
    """Write the page: the printed tables, the figures inline, and links to the other files of the reports folder.

    Parameters
    ----------
    figures
        Folder with the figures as SVG.
    files
        The other reports, relative to the page.
    """
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    sections = []
    for heading, parts in SECTIONS.items():
        blocks: list[dict[str, Any]] = []
        if heading == "Agreement between coders":
            blocks.append({"text": content.agreement_methods(data)})
            parts = tuple(agreement_parts(data))
        elif not parts:
            parts = tuple(content.discussion_parts(data))
            if not parts:
                continue
        for part in parts:
            if part.startswith("#"):
                name = part[1:]
                caption, alt = FIGURES[name]
                blocks.append({"svg": _inline(figures / f"{name}.svg", name), "caption": caption, "alt": alt})
            else:
                blocks.append({"table": content.PRINTED[part](data)})
        sections.append({"heading": heading, "id": re.sub(r"\W+", "-", heading.lower()).strip("-"), "blocks": blocks})
    page = environment.get_template("index.html.j2").render(
        data=data,
        draft=draft_mark(),
        summary=_summary(data),
        sections=sections,
        files=files,
        language=data.study.config.study.language,
    )
    write_text(path, page)


def _inline(path: Path, name: str) -> str:
    """An SVG to stand inside a page: no XML head, ids made unique, scaled to the column."""
    text = path.read_text(encoding="utf-8")
    text = text[text.index("<svg") :]
    text = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', text)
    text = re.sub(r'(xlink:href|href)="#([^"]+)"', rf'\1="#{name}-\2"', text)
    text = re.sub(r"url\(#([^)]+)\)", rf"url(#{name}-\1)", text)
    return re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
