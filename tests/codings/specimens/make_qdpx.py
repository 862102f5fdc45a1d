"""How pyqdpx.qdpx, pyrefiqda.qdpx and ours_read.json were made: by two independent programs for REFI-QDA projects.

python make_qdpx.py FOLDER OURS.qdpx      (Python 3.12, with `pip install pyqdpx==0.1.8 pyrefiqda==0.3.1`)

pyqdpx changes projects: it is given one without users, codes and codings, and adds them. pyrefiqda writes a whole one. OURS.qdpx
is what tests/export/test_export_round_trip.py exports (`qualcode export --as qdpx` of its small study); ours_read.json holds
what both programs read in it. pyqdpx reads the first coding of a selection only, and the selection's user as its coder.
"""

import hashlib
import json
import sys
import tempfile
import uuid
import zipfile
from datetime import datetime
from pathlib import Path

import pyqdpx.pyqdpx as qdpx
import pyrefiqda.models.project as model
from pyrefiqda import RefiProject

TEXT = "I: How did it go?\n\nP: We were “tired” — no time, née 😀 nothing.\n\nI: And then?\n\nP: The boss helped us & we went on.\n"
PASSAGES = [
    ("barrier/time", "no time, née 😀 nothing", "RB", "why"),
    ("Mood, bad", "“tired”", "KL", None),
    ("The boss", "The boss helped us & we went on", "KL", None),
]
SOURCE = "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"
numbers = iter(range(1, 1000))
qdpx.datetime = type("Fixed", (), {"now": staticmethod(lambda: datetime(2024, 3, 1, 10, 0, 0))})
uuid.uuid4 = lambda: uuid.UUID(int=next(numbers) | 4 << 76 | 8 << 60)


def zipped(path: Path, files: dict[str, str]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name), text)


def by_pyqdpx(path: Path) -> None:
    xml = (
        '<?xml version="1.0" encoding="utf-8"?><Project name="Small" xmlns="urn:QDA-XML:project:1.0"><Users/>'
        f'<CodeBook><Codes/></CodeBook><Sources><TextSource guid="{SOURCE}" name="T1" '
        f'plainTextPath="internal://{SOURCE}.txt"/></Sources></Project>'
    )
    zipped(path, {"project.qde": xml, f"sources/{SOURCE}.txt": TEXT})
    archive = qdpx.QDPX(str(path))
    project = archive.get_project()
    users = {name: qdpx.User(name=name, id=name) for name in ("RB", "KL")}
    assert not project.users and not project.codes  # read now, so that what follows is added to the XML
    for user in users.values():
        project.add_user(user)
    barriers = qdpx.Code("Barriers", project, is_codable=False)
    codes = {
        "barrier/time": qdpx.Code("barrier/time", project, parent=barriers, description="No hours."),
        "Mood, bad": qdpx.Code("Mood, bad", project, parent=barriers),
        "The boss": qdpx.Code("The boss", project),
    }
    (source,) = project.sources.values()
    source.text_content = archive.get_source(SOURCE)
    for name, words, who, memo in PASSAGES:
        start = source.text_content.index(words)
        source.add_selection(start, start + len(words), codes[name], users[who], description=memo)
    project.save()


def by_pyrefiqda(path: Path) -> None:
    guids = {name: str(uuid.uuid4()) for name in ("RB", "KL", "Barriers", *(name for name, *_ in PASSAGES))}

    def code(name: str, *inner: model.CodeType) -> model.CodeType:
        return model.CodeType(guid=guids[name], name=name, is_codable=name != "Barriers", code=list(inner))

    selections = []
    for name, words, who, memo in PASSAGES:
        start = TEXT.index(words)
        coding = model.CodingType(
            guid=str(uuid.uuid4()), creating_user=guids[who], code_ref=model.CodeRefType(target_guid=guids[name])
        )
        selections.append(
            model.PlainTextSelectionType(
                guid=str(uuid.uuid4()),
                start_position=start,
                end_position=start + len(words),
                coding=[coding],
                description=memo,
            )
        )
    project = model.Project(
        name="Small",
        users=model.UsersType(user=[model.UserType(guid=guids[name], name=name) for name in ("RB", "KL")]),
        code_book=model.CodeBookType(
            codes=model.CodesType(code=[code("Barriers", code("barrier/time"), code("Mood, bad")), code("The boss")])
        ),
        sources=model.SourcesType(
            text_source=[
                model.TextSourceType(guid=SOURCE, name="T1", plain_text_content=TEXT, plain_text_selection=selections)
            ]
        ),
    )
    RefiProject.save(project, path)


def read_by_both(path: Path) -> dict[str, object]:
    """What the two programs read in a project: users, codes as paths, codings as (source, start, end, code, user)."""
    archive = qdpx.QDPX(str(path))
    project = archive.get_project()
    seen = sorted(
        [
            source.name,
            one.start,
            one.end,
            one.code.name,
            one.user.name,
            archive.get_source(source.guid)[one.start : one.end],
        ]
        for source in project.sources.values()
        for one in source.coded_selections.values()
    )
    by_qdpx = {
        "users": sorted(user.name for user in project.users.values()),
        "codes": [[one.name, one.parent.name if one.parent else ""] for one in project.codes.values()],
        "first codings of selections": seen,
    }
    with tempfile.TemporaryDirectory() as folder:
        typed = RefiProject.load(path, extract_dir=folder)
        texts = {
            source.guid: RefiProject.resolve_source_path(source.plain_text_path, folder).read_text(encoding="utf-8")
            for source in typed.sources.text_source
        }
    users = {user.guid: user.name for user in typed.users.user}
    names: dict[str, str] = {}

    def walk(codes: list[model.CodeType], above: str) -> None:
        for one in codes:
            names[one.guid] = above + one.name
            walk(one.code, f"{above}{one.name} > ")

    walk(typed.code_book.codes.code, "")
    codings = []
    for source in typed.sources.text_source:
        places = [(one.start_position, one.end_position, one.coding) for one in source.plain_text_selection]
        for start, end, of in [*places, (None, None, source.coding)]:
            words = texts[source.guid][start:end]
            codings += [
                [source.name, start, end, names[one.code_ref.target_guid], users[one.creating_user], words]
                for one in of
            ]
    by_refi = {"users": sorted(users.values()), "codes": list(names.values()), "codings": sorted(codings, key=str)}
    with zipfile.ZipFile(path) as opened:
        sha = hashlib.sha256(opened.read("project.qde")).hexdigest()
    return {"sha256": sha, "pyqdpx": by_qdpx, "pyrefiqda": by_refi}


folder = Path(sys.argv[1])
by_pyqdpx(folder / "pyqdpx.qdpx")
by_pyrefiqda(folder / "pyrefiqda.qdpx")
answer = json.dumps(read_by_both(Path(sys.argv[2])), ensure_ascii=False, indent=1)
(folder / "ours_read.json").write_text(answer + "\n", encoding="utf-8")
