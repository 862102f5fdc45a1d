"""How taguette.csv, .xlsx and .qdc were made: by Taguette 1.5.2's own code, in an environment of its own.

python make_taguette.py FOLDER      (with `pip install taguette==1.5.2`)
"""

import os
import sys
from pathlib import Path

os.environ.setdefault("HOME", "/tmp")
from taguette import database, export
from taguette.database import models

TAGS = {
    "barrier/time": "No hours left; “never”\nsays one.",
    "boss": "",
    "Mood, bad": "Sad = no.",
}

folder = Path(sys.argv[1])
db = database.connect(f"sqlite:///{folder}/server.sqlite3")()
db.add(models.User(login="rb"))
project = models.Project(name="Small", description="")
db.add(project)
db.flush()
document = models.Document(
    name="T1",
    description="",
    filename="T1.html",
    project=project,
    text_direction="LEFT_TO_RIGHT",
    contents="<p>No time.</p>",
)
db.add(document)
db.add_all(models.Tag(project=project, path=path, description=about) for path, about in TAGS.items())
db.commit()
tags = list(project.tags)
with (folder / "taguette.csv").open("w", newline="", encoding="utf-8") as stream:
    export.codebook_csv(tags, stream)
export.codebook_xlsx(tags, str(folder / "taguette.xlsx"))
with (folder / "taguette.qdc").open("wb") as stream:
    export.codebook_xml(tags, stream)
