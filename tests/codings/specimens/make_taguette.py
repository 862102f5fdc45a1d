"""How taguette.sqlite3, .csv, .xlsx and .html were made: by Taguette 1.5.2's own code, in an environment of its own.

python make_taguette.py FOLDER      (with `pip install taguette==1.5.2`)
"""

import os
import sys
from pathlib import Path

os.environ.setdefault("HOME", "/tmp")
from taguette import database, export, extract
from taguette.database import models

TEXT = (
    "<p>I: How did it go?</p>\n<p>P: We were “tired” — no time, née 😀 nothing.</p>"
    "<p>I: And <b>then</b>?</p><p>P: The boss helped us &amp; we went on.</p>"
)
PASSAGES = [
    ("no time, née 😀 nothing", ["barrier/time"]),
    ("“tired”", ["barrier/time", "mood"]),
    ("The boss helped us & we went on", ["boss"]),
]
FLAT = "I: How did it go?\nP: We were “tired” — no time, née 😀 nothing.I: And then?P: The boss helped us & we went on."

folder = sys.argv[1]
db = database.connect(f"sqlite:///{folder}/server.sqlite3")()
db.add(models.User(login="rb"))
project = models.Project(name="Small", description="")
db.add(project)
db.flush()
document = models.Document(
    name="T1", description="", filename="T1.html", project=project, text_direction="LEFT_TO_RIGHT", contents=TEXT
)
db.add(document)
tags = {
    name: models.Tag(project=project, path=name, description="") for name in ("barrier/time", "boss", "mood", "never")
}
db.add_all(tags.values())
db.flush()
for words, of in PASSAGES:
    start = len(FLAT[: FLAT.index(words)].encode())
    end = start + len(words.encode())
    highlight = models.Highlight(
        document=document, start_offset=start, end_offset=end, snippet=extract.extract(TEXT, start, end)
    )
    highlight.tags.extend(tags[name] for name in of)
    db.add(highlight)
db.commit()
copy = database.connect(f"sqlite:///{folder}/taguette.sqlite3")()
copy.add(models.User(login="admin"))
copy.commit()
database.copy_project(db, copy, project.id, "admin")
copy.commit()
with Path(folder, "taguette.csv").open("w", newline="") as stream:
    export.highlights_csv(db, project.id, None, stream)
export.highlights_xslx(db, project.id, None, f"{folder}/taguette.xlsx")

import jinja2  # noqa: E402  (Taguette's own template, as its server fills it)

templates = jinja2.Environment(
    loader=jinja2.PackageLoader("taguette", "templates"), extensions=["jinja2.ext.i18n"], autoescape=True
)
templates.install_null_translations()
rows = [
    (mark.id, mark.snippet, mark.document.name, [tag.path for tag in mark.tags])
    for mark in db.query(models.Highlight).order_by(models.Highlight.start_offset)
]
page = templates.get_template("export_highlights.html").render(highlights=rows, path=None)
Path(folder, "taguette.html").write_text(page, encoding="utf-8")
