"""Web annotations (JSON-LD): what `qualcode export --as jsonld` writes, and tools such as Hypothesis and Recogito.

After the W3C recommendation "Web Annotation Data Model" (2017): a passage by a TextPositionSelector (characters from 0, the end
after the last), by a TextQuoteSelector (the words, with some before and after), by both, or by a fragment `char=5,17` (RFC 5147). A
body that tags is a code, one that comments a memo. Hypothesis lists `tags`, `text` and `user` instead of bodies and a creator;
Recogito's newer programs have `bodies`, and selectors without a type.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from qualcode.codings.anchor import WHOLE
from qualcode.codings.model import FileCodings, FileMemo, Given, Sidecar
from qualcode.errors import CodingsError, Problem
from qualcode.files import decode

KIND = "jsonld"
_CODES = {"tagging", "classifying", "identifying"}
_OURS = re.compile(r"urn:sha256:([0-9a-f]{64})#(.+)", re.DOTALL)
_CHARACTERS = re.compile(r"char=(\d+),(\d+)")
_AGAIN = "Export it again, and copy it whole."


def recognise(path: Path, head: bytes) -> bool:
    """JSON that is an annotation, a list or a collection of them."""
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] not in (b"{", b"["):
        return False
    if path.suffix.lower() == ".jsonld":
        return True
    try:
        return any(True for _ in _annotations(json.loads(decode(path.read_bytes())[0])))
    except (ValueError, RecursionError):
        return b"www.w3.org/ns/anno" in head


def read(path: Path, *, where: str, sidecar: Sidecar, coder: str = "") -> FileCodings:
    """A file's annotations: one coding for each code of each passage.

    The coder is who made the body, else who made the annotation, else `coder`. An annotation without a passage codes the whole
    document; one without a code is a memo.

    Raises
    ------
    CodingsError
        No JSON, or JSON without annotations.
    """
    text, _ = decode(path.read_bytes())
    try:
        page = json.loads(text.removeprefix("\ufeff"))
    except json.JSONDecodeError as error:
        what = "this JSON is damaged or not whole."
        raise CodingsError(Problem(where, what, _AGAIN, f"line {error.lineno}, column {error.colno}")) from error
    except RecursionError as error:
        raise CodingsError(Problem(where, "this JSON is nested deeper than any export.", _AGAIN)) from error
    return _Reader(where, sidecar, coder, path.stem).read(page)


def _annotations(page: Any) -> Iterator[dict[str, Any]]:
    """The annotations of a page, a collection with its pages, a list, or Hypothesis's answer."""
    if isinstance(page, list):
        for item in page:
            yield from _annotations(item)
    elif isinstance(page, dict):
        if "target" in page and not isinstance(page["target"], int | float | bool):
            yield page
            return
        for key in ("items", "rows", "annotations", "first", "next", "@graph"):
            yield from _annotations(page.get(key) if isinstance(page.get(key), dict | list) else None)


@dataclass
class _Reader:
    where: str
    sidecar: Sidecar
    coder: str
    named: str  # the document, where an annotation names none
    given: list[Given] = field(default_factory=list)
    memos: list[FileMemo] = field(default_factory=list)
    left: Counter[str] = field(default_factory=Counter)
    documents: dict[str, str] = field(default_factory=dict)
    coders: dict[str, None] = field(default_factory=dict)

    def read(self, page: Any) -> FileCodings:
        found = list(_annotations(page))
        declared = page.get("qualcode:codes") if isinstance(page, dict) else None
        empty = isinstance(page, dict) and "AnnotationCollection" in _list(page.get("type"))
        if not found and not empty:
            raise CodingsError(
                Problem(self.where, "this JSON holds no annotations.", "Web annotations have a `target` each.")
            )
        for annotation in found:
            self._annotation(annotation)
        codes = [str(code["value"]) for code in _dicts(declared) if code.get("value")]
        notes = []
        unchecked = sum(bool(given.start) and not given.text and not given.sha256_text for given in self.given)
        if unchecked:
            notes.append(f"{unchecked} annotations give positions without words: nothing shows that they fit the text.")
        unnamed = sum(not given.coder for given in self.given)
        if unnamed:
            notes.append(f"{unnamed} annotations name nobody: give `--coder NAME`.")
        return FileCodings(
            kind=KIND,
            given=self.given,
            documents=list(dict.fromkeys(self.documents.values())),
            codes=codes or list(dict.fromkeys(given.code for given in self.given if given.code)),
            left_out={name: number for name, number in sorted(self.left.items()) if number},
            names_coders=bool(self.coders),
            coders=[self.sidecar.coders.get(name, name) for name in self.coders],
            notes=notes,
            memos=self.memos,
        )

    def _annotation(self, annotation: dict[str, Any]) -> None:
        own = str(annotation.get("id") or annotation.get("@id") or "").removeprefix("urn:uuid:").lstrip("#")
        maker = annotation.get("creator") or annotation.get("dcterms:creator") or annotation.get("user")
        targets = _list(annotation.get("target"))
        maker = maker or next((target.get("creator") for target in _dicts(targets) if target.get("creator")), None)
        created = str(
            annotation.get("created") or next((t.get("created") for t in _dicts(targets) if t.get("created")), "")
        )
        codes, comments = self._bodies(annotation, maker)
        if annotation.get("references"):  # Hypothesis: an answer to another annotation
            self.left["reply"] += 1
            return
        places = [self._target(target, annotation) for target in targets]
        if not codes:
            if comments:
                about = tuple(dict.fromkeys(document for document, _ in places))
                text = "\n".join(comments)
                self.memos.append(FileMemo(own, text, author=_who(maker), date=created[:10], documents=about))
            else:
                self.left["annotation_without_code"] += 1
            return
        for number, (document, passage) in enumerate(places):
            for code, by in codes:
                name = _who(by)
                if name:
                    self.coders[name] = None
                parts = [own, code if len(codes) > 1 else "", str(number) if len(places) > 1 else ""]
                self.given.append(
                    Given(
                        row=len(self.given) + 1,
                        document=document,
                        code=code,
                        coder=name or self.coder,
                        coding="/".join(part for part in parts if part) if own else "",
                        memo="\n".join(comments),
                        created=created,
                        origin="machine" if _is_machine(by) else "",
                        direction=str(annotation.get("qualcode:direction") or ""),
                        **passage,
                    )
                )

    def _bodies(self, annotation: dict[str, Any], maker: Any) -> tuple[list[tuple[str, Any]], list[str]]:
        """An annotation's codes, each with who gave it, and its comments."""
        tags = any(word in _CODES for word in map(str, _list(annotation.get("motivation"))))
        codes = [(_words(tag), maker) for tag in _list(annotation.get("tags"))]
        comments = [_words(annotation.get("text"))] if "tags" in annotation or "user" in annotation else []
        bodies = _list(annotation.get("body")) + _list(annotation.get("bodies"))
        bodies += [annotation["bodyValue"]] if isinstance(annotation.get("bodyValue"), str) else []
        for body in bodies:
            said = _words(body)
            purposes = set(map(str, _list(body.get("purpose")))) if isinstance(body, dict) else set()
            if purposes & _CODES or (tags and not purposes):
                codes.append((said, (body.get("creator") if isinstance(body, dict) else None) or maker))
            else:
                comments.append(said)
        unique: dict[tuple[str, str], tuple[str, Any]] = {}
        for code, by in codes:
            if code:
                unique.setdefault((code, _who(by)), (code, by))
        return list(unique.values()), [said for said in comments if said]

    def _target(self, target: Any, annotation: dict[str, Any]) -> tuple[str, dict[str, str]]:
        """A target's document, and its passage as fields of a row: start and end, the words, or `*`."""
        if isinstance(target, dict):
            source = target.get("source") or target.get("id") or target.get("@id")
            source = source.get("id", "") if isinstance(source, dict) else source
            selectors = [*_list(target.get("selector"))]
        else:
            source, selectors = target, []
        source = str(source or annotation.get("uri") or "")
        ours = _OURS.fullmatch(source)
        passage: dict[str, str] = {}
        if ours:
            passage["sha256_text"] = ours[1]
            document = unquote(ours[2])
        else:
            source, _, fragment = source.partition("#")
            selectors += [{"value": fragment}] if _CHARACTERS.search(fragment) else []
            document = self._document(source, annotation)
        self.documents[ours[0] if ours else source] = document
        for selector in selectors:
            passage |= _selected(selector)
        if not {"start", "text"} & set(passage):
            passage["text"] = WHOLE if not selectors else ""
        return document, passage

    def _document(self, source: str, annotation: dict[str, Any]) -> str:
        """What a source is called: the last part of its address, or all of it where two would be called the same."""
        if not source:
            return self.named
        if source in self.documents:
            return self.documents[source]
        short = unquote(source.rstrip("/").replace("\\", "/").rpartition("/")[2]).partition("?")[0] or source
        titles = annotation.get("document")
        title = next(iter(_list(titles.get("title"))), "") if isinstance(titles, dict) else ""
        name = str(title).strip() or short
        return source if name in self.documents.values() else name


def _selected(selector: Any) -> dict[str, str]:
    """What one selector says: start and end, the words with what stands before and after."""
    if not isinstance(selector, dict):
        return {}
    found: dict[str, str] = {}
    start, end = selector.get("start"), selector.get("end")
    if _whole(start) and _whole(end):
        found |= {"start": str(start), "end": str(end)}
    fragment = _CHARACTERS.search(str(selector.get("value") or ""))
    if fragment:
        found |= {"start": fragment[1], "end": fragment[2]}
    quote = selector.get("exact") or selector.get("quote")
    if isinstance(quote, str) and quote:
        found |= {
            "text": quote,
            "before": str(selector.get("prefix") or ""),
            "after": str(selector.get("suffix") or ""),
        }
    for inner in _list(selector.get("refinedBy")):
        found |= _selected(inner)
    return found


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [item for item in _list(value) if isinstance(item, dict)]


def _words(body: Any) -> str:
    """A body's words; of a thing that is only named by an address, its label or the address's last part."""
    if isinstance(body, str):
        return body.strip()
    if not isinstance(body, dict):
        return ""
    for key in ("value", "rdf:value", "label", "name"):
        if isinstance(body.get(key), str | int | float) and str(body[key]).strip():
            return str(body[key]).strip()
    inner = body.get("source") or body.get("id")
    if isinstance(inner, dict):
        return _words(inner)
    return unquote(re.split(r"[/#]", inner.rstrip("/#"))[-1]) if isinstance(inner, str) else ""


def _who(maker: Any) -> str:
    """A creator's name; of an account `acct:rb@host` its name there."""
    if isinstance(maker, list):
        return _who(maker[0]) if maker else ""
    if isinstance(maker, dict):
        named = next((maker[key] for key in ("name", "nickname", "nick", "id", "@id") if maker.get(key)), "")
        return _who(named) if not isinstance(named, dict) else ""
    name = " ".join(str(maker or "").split())
    account = re.fullmatch(r"acct:([^@]+)(?:@.*)?", name)
    return account[1] if account else name


def _is_machine(maker: Any) -> bool:
    return isinstance(maker, dict) and bool({"Software", "SoftwareAgent"} & set(map(str, _list(maker.get("type")))))
