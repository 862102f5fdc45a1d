"""How long reading and anchoring a REFI-QDA project takes, against lxml reading the same XML and texts alone.

    python benchmarks/codings_import.py [DOCUMENTS]      (200 documents x 60,000 characters x 200 codings by default)

A made-up project of random words, so nothing in it is anybody's.
"""

from __future__ import annotations

import random
import resource
import sys
import tempfile
import time
import uuid
import zipfile
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

from lxml import etree

from qualcode.codings.match import place_own
from qualcode.codings.model import Sidecar
from qualcode.codings.refi import read

SAID = "we had no time at all for the training and then our boss helped us to go on née — with work “again”"
WORDS = SAID.split(" ")
CHARACTERS, CODINGS = 60_000, 200


def guid() -> str:
    return str(uuid.UUID(int=random.getrandbits(128)))


def make(path: Path, documents: int) -> None:
    user, codes = guid(), [guid() for _ in range(100)]
    parts = [f'<Project xmlns="urn:QDA-XML:project:1.0" name="b"><Users><User guid="{user}" name="RB"/></Users>']
    parts += ["<CodeBook><Codes>", *(f'<Code guid="{c}" name="c{n}" isCodable="true"/>' for n, c in enumerate(codes))]
    parts.append("</Codes></CodeBook><Sources>")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(documents):
            source = guid()
            text = " ".join(f"{random.choice(WORDS)}{random.randint(0, 999)}" for _ in range(CHARACTERS // 7))
            archive.writestr(f"sources/{source}.txt", text)
            parts.append(f'<TextSource guid="{source}" name="D{number}" plainTextPath="internal://{source}.txt">')
            for _ in range(CODINGS):
                start = text.index(" ", random.randint(0, len(text) - 2000)) + 1
                end = text.index(" ", start + random.randint(20, 300))
                parts.append(
                    f'<PlainTextSelection guid="{guid()}" startPosition="{start}" endPosition="{end}" '
                    f'name="{text[start:end][:80]}"><Coding guid="{guid()}" creatingUser="{user}">'
                    f'<CodeRef targetGUID="{random.choice(codes)}"/></Coding></PlainTextSelection>'
                )
            parts.append("</TextSource>")
        archive.writestr("project.qde", "".join([*parts, "</Sources></Project>"]))


def main() -> None:
    random.seed(1)
    documents = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made.qdpx"
        make(path, documents)
        began = time.perf_counter()
        with zipfile.ZipFile(path) as archive:
            root = etree.fromstring(archive.read("project.qde"))
            texts = [archive.read(name).decode() for name in archive.namelist() if name.endswith(".txt")]
            spans = [(s.get("startPosition"), s[0].get("creatingUser")) for s in root.iter("{*}PlainTextSelection")]
        alone = time.perf_counter()
        file = read(path, where="made.qdpx", sidecar=Sidecar())
        parsed = time.perf_counter()
        nobody = SimpleNamespace(texts={}, transcript=lambda _: "", by_hash=lambda *_: "", who_says=lambda _: "")
        places = place_own(file, nobody, Sidecar())  # type: ignore[arg-type]
        done = time.perf_counter()
    how = Counter(getattr(place, "how", "refused") for place in places.placed.values())
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{len(texts)} documents, {len(spans)} codings: {dict(how)}")
    print(
        f"lxml alone {alone - began:.1f} s, read {parsed - alone:.1f} s, calibrated {done - parsed:.1f} s, {memory:.0f} MB"
    )


if __name__ == "__main__":
    main()
