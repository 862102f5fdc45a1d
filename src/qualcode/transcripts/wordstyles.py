"""What the styles of a Word document say about its text: which paragraphs are headings, which text is hidden.

The reader of transcripts and the reader of coded documents (comments) both ask here, so that both see the same text.
"""

from __future__ import annotations

import re
from typing import Any

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
_HEADING = re.compile(r"heading [1-9]|title|subtitle")


def transitional(part: bytes) -> bytes:
    """A part's XML with the names of the strict variant of the format made the usual ones."""
    return part.replace(_STRICT, _W.strip("{}").encode())


class WordStyles:
    """The styles of one document. `headings` are the ids of styles that are titles or headings, whatever their language.

    Parameters
    ----------
    root
        The root of `word/styles.xml`; None where a document has no styles.
    """

    def __init__(self, root: Any = None) -> None:
        self.headings: set[str] = set()
        self._parents: dict[str, str] = {}
        self._own: dict[str, bool] = {}  # what a style itself says
        self._bold: set[str] = set()  # styles of letters that are bold
        self._usual = ""  # the style of paragraphs that name none
        self._always = False
        if root is None:
            return
        default = root.find(f"{_W}docDefaults/{_W}rPrDefault/{_W}rPr")
        self._always = bool(_vanish(default))
        for style in root.iter(f"{_W}style"):
            name, known = style.get(f"{_W}styleId") or "", style.find(f"{_W}name")
            if known is not None and _HEADING.fullmatch((known.get(f"{_W}val") or "").casefold()):
                self.headings.add(name)
            based = style.find(f"{_W}basedOn")
            self._parents[name] = (based.get(f"{_W}val") or "") if based is not None else ""
            if style.get(f"{_W}type") == "character" and _on(style.find(f"{_W}rPr"), "b"):
                self._bold.add(name)
            said = _vanish(style.find(f"{_W}rPr"))
            if said is not None:
                self._own[name] = said
            if style.get(f"{_W}type") == "paragraph" and style.get(f"{_W}default") in ("1", "true", "on"):
                self._usual = name

    def hidden(self, run: Any, paragraph: Any = None) -> bool:
        """Whether a run is hidden: by itself, else by its style and its paragraph's; of two that hide, one undoes the other.

        Source: ECMA-376, part 1, 17.7.3 (toggle properties) and 17.3.2.41 (vanish).
        """
        properties = run.find(f"{_W}rPr")
        direct = _vanish(properties)
        if direct is not None:
            return direct
        own = _style(properties, "rStyle")
        above = _style(paragraph.find(f"{_W}pPr") if paragraph is not None else None, "pStyle") or self._usual
        return self._always or self._hides(own) != self._hides(above)

    def bold(self, run: Any) -> bool:
        """Whether a run is in bold letters, by itself or by its own style."""
        properties = run.find(f"{_W}rPr")
        direct = _on(properties, "b")
        return direct if direct is not None else _style(properties, "rStyle") in self._bold

    def _hides(self, name: str) -> bool:
        for _ in range(20):  # a style has what the one it is based on has
            if name in self._own or not name:
                break
            name = self._parents.get(name, "")
        return self._own.get(name, False)


def _style(properties: Any, kind: str) -> str:
    style = properties.find(f"{_W}{kind}") if properties is not None else None
    return (style.get(f"{_W}val") or "") if style is not None else ""


def _vanish(properties: Any) -> bool | None:
    """What run properties say of hiding; None: nothing."""
    return _on(properties, "vanish")


def _on(properties: Any, name: str) -> bool | None:
    """Whether run properties switch something on; None: they say nothing of it."""
    switch = properties.find(f"{_W}{name}") if properties is not None else None
    return None if switch is None else switch.get(f"{_W}val") not in ("0", "false", "off")
