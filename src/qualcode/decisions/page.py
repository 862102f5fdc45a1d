"""The meeting's sheet as one HTML page that works offline: it decides, keeps, and saves to a file that `import` reads back."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path
from typing import Any

from qualcode.decisions.items import DIRECTIONS, Item, Pack, Reading
from qualcode.decisions.layout import KINDS, WORD_OF
from qualcode.decisions.stake import EXPLAINED
from qualcode.drafts import draft_mark
from qualcode.files import write_text

FORMAT, VERSION = "meeting", 1  # what a saved file says it is
_PARTS = Path(__file__).parent / "meeting_page"
_SCRIPTS = ("text.js", "rows.js", "files.js", "list.js", "span.js", "item.js", "main.js")  # in this order, one closure
# What could end the script element, be taken for a line end, or turn the order of what stands beside it in an editor; and
# halves of surrogate pairs, which UTF-8 cannot hold.
_ESCAPED = re.compile("[<>&\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff\ud800-\udfff]")


def write_page(path: Path, pack: Pack, *, title: str, notice: str = "", language: str = "") -> None:
    """Write the disagreements as one HTML page in which a meeting can decide, without network or server.

    The page's content security policy lets nothing in or out but its own script and style, each by its hash. What is decided
    is saved as a JSON file of the form that `items.py` describes, with offsets in code points of the canonical text.

    Parameters
    ----------
    pack
        What to decide on; what is decided already comes filled in.
    title, notice
        The study's, from its configuration.
    language
        Of the participants' words (`nl`), so that screen readers say them well; "" where not known.
    """
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_PARTS),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    style = "\n" + _read("page.css")
    parts = "\n".join(_read(name) for name in _SCRIPTS)
    script = f'\n"use strict";\n(() => {{\n{parts}}})();\n'
    page = environment.get_template("page.html.j2").render(
        title=title,
        notice=". ".join(part for part in (draft_mark(), notice) if part),
        policy=_policy(script, style),
        style=style,
        script=script,
        data=as_json(pack_data(pack, title=title, language=language)),
    )
    write_text(path, page)


def pack_data(pack: Pack, *, title: str = "", language: str = "") -> dict[str, Any]:
    """What the page's script works on; definitions, which many items share, are in one list and named by their place.

    Raises
    ------
    ValueError
        An item whose words do not stand where its offsets say.
    """
    definitions: dict[str, int] = {}
    return {
        "format": FORMAT,
        "version": VERSION,
        "pack": pack.pack,
        "title": title,
        "language": language,
        "codebook": f"{pack.codebook} {pack.version}".strip(),
        "choices": WORD_OF,
        "kinds": KINDS,
        "explained": EXPLAINED,
        "directions": DIRECTIONS,
        "codes": [
            {
                "code": one.code, "label": one.label, "depth": one.depth, "definition": one.definition,
                "include": one.include, "exclude": one.exclude,
            }
            for one in pack.codes
        ],
        "items": [_item(item, definitions) for item in pack.items],
        "definitions": list(definitions),
    }  # fmt: skip


def as_json(data: Any) -> str:
    """JSON that can stand inside a `<script>` element, whatever the words in it are."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _item(item: Item, definitions: dict[str, int]) -> dict[str, Any]:
    if item.scope == "span" and (item.text_start + len(item.before), len(item.words)) != (
        item.start,
        item.end - item.start,
    ):
        raise ValueError(f"the words of disagreement {item.disagreement} do not stand at {item.start}-{item.end}")
    decided = item.decided
    return {
        "id": item.disagreement,
        "rank": item.rank,
        "kind": item.kind,
        "transcript": item.transcript,
        "mark": item.text,
        "length": item.length,
        "scope": item.scope,
        "start": item.start,
        "end": item.end,
        "text": item.before + item.words + item.after,
        "at": item.text_start,
        "voices": [[voice.start, voice.end, voice.role] for voice in item.voices],
        "speaker": item.speaker,
        "sides": [_side(side, definitions) for side in item.sides],
        "choices": item.choices,
        "decided": None
        if decided is None
        else {name: getattr(decided, name) for name in ("choice", "value", "reason", "by", "on", "decision")},
        "suggested": item.suggested,
        "stake": item.at_stake,
    }


def _side(side: Reading, definitions: dict[str, int]) -> dict[str, Any]:
    place = definitions.setdefault(side.definition, len(definitions)) if side.definition else -1
    return {
        "letter": side.letter,
        "coders": side.coders,
        "code": side.code,
        "label": side.label,
        "definition": place,
        "direction": side.direction,
        "start": side.start,
        "end": side.end,
        "memo": side.memo,
    }


def _policy(script: str, style: str) -> str:
    """The content security policy: nothing from anywhere, nothing to anywhere, and no other script than this one."""
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src '{_hash(script)}'",
            f"style-src '{_hash(style)}'",
            *(
                f"{what} 'none'"
                for what in (
                    "connect-src", "img-src", "font-src", "media-src", "object-src", "frame-src", "child-src",
                    "worker-src", "manifest-src", "form-action", "base-uri",
                )
            ),
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        ]
    )  # fmt: skip


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


def _read(name: str) -> str:
    return (_PARTS / name).read_text(encoding="utf-8")
