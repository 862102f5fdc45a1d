"""How qualcoder_v*.qda were made: by the code of Exegete 0.15.1a1, an independent program that writes QualCoder's projects.

python make_qualcoder.py FOLDER      (with `pip install exegete==0.15.1a1`)

qualcoder_v17.qda is as Exegete writes it. The others are the same project as QualCoder's earlier database versions had it:
what QualCoder's own updates added from version to version (src/qualcoder/__main__.py in ccbogel/QualCoder, "Database version
v2" to "v17") is taken away again. No file was written by QualCoder itself.
"""

import shutil
import sqlite3
import sys
from datetime import datetime
from pathlib import Path

from exegete import database, new_project

TEXT = "I: How did it go?\n\nP: We were “tired” — no time, née 😀 nothing.\n\nI: And then?\n\nP: The boss helped us & we went on.\n"
PASSAGES = [
    ("barrier/time", "no time, née 😀 nothing", "RB", "why"),
    ("Mood, bad", "“tired”", "KL", None),
    ("The boss", "The boss helped us & we went on", "KL", None),
]
# (version, statements that undo what the version after it added)
BACK = [
    (16, "alter table gr_cdct_line_item drop column label; alter table gr_cdct_line_item drop column arrow_mode;"
         "alter table gr_free_line_item drop column label; alter table gr_free_line_item drop column arrow_mode;"
         "drop table gr_memo_item;"),
    (15, "alter table code_name drop column supercid;"),
    (14, "alter table project drop column avbookmarkfile; alter table project drop column avbookmarkmsec;"
         "alter table project drop column avbookmarktextpos;"),
    (13, "drop view code_text_visible; drop view code_image_visible; drop view code_av_visible; drop view annotation_visible;"
         "drop table coder_names;"),
    (12, "drop table files_filter;"),
    (11, "drop table manage_files_display;"),
    (10, "alter table gr_pix_item drop column pdf_page;"),
    (9, "alter table code_image drop column pdf_page;"),
    (8, "alter table project drop column recently_used_codes;"),
    (7, "drop table ris; alter table source drop column risid;"),
    (6, "alter table gr_free_text_item drop column memo_ctid; alter table gr_free_text_item drop column memo_imid;"
        "alter table gr_free_text_item drop column memo_avid;"),
    (5, "".join(f"drop table {name};" for name in (
        "graph", "gr_cdct_text_item", "gr_case_text_item", "gr_file_text_item", "gr_free_text_item", "gr_cdct_line_item",
        "gr_free_line_item", "gr_pix_item", "gr_av_item"))),
    (4, "alter table project drop column codername; alter table source drop column av_text_id; drop table stored_sql;"),
    (3, "create table code_text1 (cid integer, fid integer, seltext text, pos0 integer, pos1 integer, owner text, date text,"
        " memo text, avid integer, important integer, unique(cid, fid, pos0, pos1, owner));"
        "insert into code_text1 select cid, fid, seltext, pos0, pos1, owner, date, memo, avid, important from code_text;"
        "drop table code_text; alter table code_text1 rename to code_text;"),
    (2, "alter table code_text drop column important; alter table code_av drop column important;"
        "alter table code_image drop column important;"),
    (1, "alter table code_text drop column avid; alter table project drop column bookmarkfile;"
        "alter table project drop column bookmarkpos;"),
]  # fmt: skip
KEPT = (17, 14, 8, 3, 1)


class Fixed(datetime):
    @classmethod
    def now(cls, tz=None):
        return cls(2024, 3, 1, 10, 0, 0)


def make(folder: Path) -> Path:
    """The project, by Exegete's own functions; and what its functions do not write, by the columns that it made."""
    database.datetime = Fixed
    project = folder / "Small.qda"
    about = new_project.about_line("0.15.1a1")
    path = new_project.write_project(project, new_project.creation_statements("RB", about, "2024-03-01 10:00:00"))
    with database.QualcoderDatabase(str(path), read_only=False) as made:
        barriers = made.add_category("Barriers", "RB")
        hours = made.add_category("Hours", "RB", supercatid=barriers["id"] if "id" in barriers else barriers["catid"])
        inner = hours["id"] if "id" in hours else hours["catid"]
        time = made.add_code("barrier/time", "RB", memo="No hours.", category_id=inner, color="#CD5C5C")
        codes = {"barrier/time": time, "The boss": made.add_code("The boss", "RB", color="#CD5C5C")}
        codes["Mood, bad"] = made.add_code("Mood, bad", "KL", color="#CD5C5C", parent_code_id=time)
        file = made.import_text_file("T1.txt", TEXT, "RB", memo="The first interview.")["id"]
        for name, words, owner, memo in PASSAGES:
            start = TEXT.index(words)
            made.add_coding(file, codes[name], start, start + len(words), words, owner, memo=memo, important=1)
        case = made.add_case("P1", "RB", memo="A nurse.")
        made.link_file_to_case(case["id"] if "id" in case else case["caseid"], file, "RB")
        made.add_attribute_type("Age", "RB", "case", "numeric")
        made.set_attribute_value("case", 1, "Age", "41", "RB")
        made.add_annotation(file, 0, 7, "A warm start", "KL")
        made.add_journal_entry("First day", "It went well.", "RB")
    base = sqlite3.connect(path)
    base.executescript(  # what QualCoder adds by its own windows: media with its transcript, a picture, speakers, a hidden coder
        """
        insert into source (id, name, mediapath, owner, date, av_text_id)
            values (2, 'talk.mp3', '/audio/talk.mp3', 'RB', '2024-03-01', 3);
        insert into source (id, name, fulltext, owner, date) values (3, 'talk.mp3.txt', 'P: Of course.', 'RB', '2024-03-01');
        insert into source (id, name, mediapath, owner, date) values (4, 'photo.jpg', 'images:/tmp/photo.jpg', 'RB', '2024-03-01');
        insert into source (id, name, fulltext, mediapath, owner, date)
            values (5, 'notes.docx', 'Some notes.', 'docs:/tmp/notes.docx', 'RB', '2024-03-01');
        insert into code_image (id, x1, y1, width, height, cid, owner, date) values (4, 1, 1, 9, 9, 2, 'RB', '2024-03-01');
        insert into code_av (id, pos0, pos1, cid, owner, date) values (2, 0, 900, 2, 'KL', '2024-03-01');
        insert into code_name (cid, name, owner, date, color) values (9, 'Speaker: P', '📌 Speaker coding', '2024-03-01', '');
        insert into code_text (cid, fid, seltext, pos0, pos1, owner, date, memo)
            values (9, 3, 'P: Of course.', 0, 13, '📌 Speaker coding', '2024-03-01', '');
        insert into coder_names (name, visibility) values ('KL', 0);
        """
    )
    base.commit()
    base.close()
    return path


folder = Path(sys.argv[1])
made = make(folder)
for version in range(17, 0, -1):
    base = sqlite3.connect(made)
    if version < 17:
        base.executescript(dict(BACK)[version])
        base.execute("update project set databaseversion = ?", (f"v{version}",))
    base.commit()
    base.executescript("pragma page_size = 512; vacuum;")  # small pages: most tables are empty
    base.close()
    if version in KEPT:
        shutil.copyfile(made, folder / f"qualcoder_v{version}.qda")
