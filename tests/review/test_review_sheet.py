"""The review sheet: given out, filled in, read back; originals stay, an empty row is not reviewed."""

from __future__ import annotations

from datetime import date

import openpyxl
import pytest
from click.testing import CliRunner
from reviewed_study import Reviewed, fill

from qualcode.agreement import measure_study
from qualcode.cli import cli
from qualcode.consensus import find_disagreements, make_consensus
from qualcode.decisions import read_decisions
from qualcode.errors import CodingsError, DecisionsError
from qualcode.review import count_reviews, review_verdicts
from qualcode.review.sheet_in import import_review
from qualcode.tables import TABLES

DAY = {"Date": date(2024, 5, 1)}
CONFIRM = {"Verdict": "confirm", **DAY}


@pytest.fixture
def reviewed(tmp_path):
    return Reviewed(tmp_path)


def pack(reviewed: Reviewed, *more: str):
    path = reviewed.root / "sheet.xlsx"
    path.unlink(missing_ok=True)
    done = CliRunner().invoke(
        cli, ["pack", "review", "-C", str(reviewed.root), "--coder", "KL", "--by", "RB", "--out", str(path), *more],
        catch_exceptions=False,
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    return path


def verdicts(reviewed: Reviewed):
    return review_verdicts(
        reviewed.codings, reviewed.assignments, reviewed.texts, reviewed.codebook, read_decisions(reviewed.study)
    )


ALL = {
    ("T1", "Too little time"): {
        "Verdict": "change span",
        "New passage (paste its words)": "for it at all. The money",
        **DAY,
    },
    ("T1", "Money"): CONFIRM,
    ("T1", "Help"): {"Verdict": "change code", "New code": "Money [money]", "Reason": "about pay", **DAY},
    ("T2", "Help"): {"Verdict": "reject", "Reason": "no help here", **DAY},
    ("T2", "Money"): {"Verdict": "change direction", "New direction": "mixed", **DAY},
}
ADDED = [{"Transcript": "T2", "Passage (paste its words)": "It was help enough.", "Code": "Help", **DAY}]


def test_verdicts_become_decisions_and_a_layer_of_the_reviewers_own(reviewed):
    before = (reviewed.root / "data/raw/codings/KL.csv").read_bytes()
    path = pack(reviewed)
    fill(path, ALL, ADDED)
    said = import_review(reviewed.study, path)
    assert said["verdicts"] == {"confirm": 1, "reject": 1, "add": 1, "change": 3}
    assert (said["added"], said["changed"], said["unchanged"], said["undecided"]) == (6, 0, 0, 0)
    reviewed.run()
    assert (reviewed.root / "data/raw/codings/KL.csv").read_bytes() == before
    assert reviewed.layer() == [
        ("T1", "time", "for it at all. The money"),
        ("T1", "money", "The money stopped in May."),
        ("T1", "money", "The nurses helped one another a great deal."),
        ("T2", "money", "Nobody paid for the hours."),
        ("T2", "help", "It was help enough."),
    ]
    found = verdicts(reviewed)
    by_place = {(row["transcript"], row["code"], row["verdict"]): row["changed"] for row in found.to_dict("records")}
    assert by_place == {
        ("T1", "time", "changed"): "change_span",
        ("T1", "money", "confirmed"): "",
        ("T1", "help", "changed"): "change_code",
        ("T2", "help", "rejected"): "",
        ("T2", "money", "changed"): "change_direction",
        ("T2", "help", "added"): "",
    }
    assert set(found["source"]) == {"sheet"}
    everything = count_reviews(found, reviewed.codebook).iloc[0]
    assert everything[["reviewed", "confirmed", "changed", "rejected", "added"]].to_list() == [5, 1, 3, 1, 1]
    assert everything["estimate"] == pytest.approx(1 / 6)


def test_a_row_without_a_verdict_is_not_reviewed_and_no_silence(reviewed):
    path = pack(reviewed)
    fill(path, {("T1", "Money"): CONFIRM, ("T1", "Help"): {"Verdict": "reject", **DAY}})
    import_review(reviewed.study, path)
    reviewed.run()
    found = verdicts(reviewed).set_index("code")["verdict"].to_dict()
    assert found == {"time": "not_reviewed", "money": "confirmed", "help": "rejected"}  # T2 was not looked at: no row
    mine = reviewed.assignments[reviewed.assignments["coder"] == "RB"]
    assert sorted(mine["codes"]) == ["help", "money"]
    assert set(mine["saw"]) == {"KL"}
    disputed = find_disagreements(
        reviewed.codings, reviewed.assignments, reviewed.texts, reviewed.codebook, read_decisions(reviewed.study)
    )
    assert disputed[["code_a", "coder_b"]].to_numpy().tolist() == [["help", "RB"]]
    layer = make_consensus(
        reviewed.codings, reviewed.assignments, reviewed.texts, reviewed.codebook, read_decisions(reviewed.study)
    )
    assert layer[["transcript", "code", "how"]].to_numpy().tolist() == [
        ["T1", "time", "single"], ["T1", "money", "unanimous"], ["T2", "help", "single"], ["T2", "money", "single"],
    ]  # fmt: skip


def test_a_transcript_with_a_verdict_on_every_coding_was_read_whole(reviewed):
    path = pack(reviewed, "--transcript", "T2")
    fill(path, {("T2", "Help"): CONFIRM, ("T2", "Money"): CONFIRM})
    import_review(reviewed.study, path)
    reviewed.run()
    (mine,) = reviewed.assignments[reviewed.assignments["coder"] == "RB"].to_dict("records")
    assert (mine["transcript"], mine["saw"], mine["codes"], mine["done"]) == ("T2", "KL", "", "yes")


def test_the_same_sheet_twice_changes_nothing_and_a_new_one_comes_filled_in(reviewed):
    path = pack(reviewed)
    fill(path, ALL, ADDED)
    import_review(reviewed.study, path)
    files = [reviewed.root / name for name in ("data/raw/decisions/review.csv", "data/raw/codings/review_RB.csv")]
    kept = [file.read_bytes() for file in files]
    for again in (path, None):
        reviewed.run()
        said = import_review(reviewed.study, again or pack(reviewed))
        assert (said["added"], said["changed"], said["unchanged"]) == (0, 0, 6)
        assert [file.read_bytes() for file in files] == kept


def test_a_verdict_can_be_changed_and_the_earlier_one_stays_on_record(reviewed):
    path = pack(reviewed)
    fill(path, {("T2", "Help"): CONFIRM})
    import_review(reviewed.study, path)
    reviewed.run()
    assert reviewed.layer() == [("T2", "help", "My director stood behind me.")]
    path = pack(reviewed)
    fill(path, {("T2", "Help"): {"Verdict": "reject", "Date": date(2024, 5, 2)}})
    assert import_review(reviewed.study, path)["changed"] == 1
    reviewed.run()
    assert reviewed.layer() == []
    (row,) = read_decisions(reviewed.study).to_dict("records")
    assert (row["choice"], row["on"], bool(row["supersedes"])) == ("reject", "2024-05-02", True)


def test_an_addition_can_be_taken_back_and_made_again(reviewed):
    path = pack(reviewed)
    fill(path, {}, ADDED)
    import_review(reviewed.study, path)
    reviewed.run()
    path = pack(reviewed)
    book = openpyxl.load_workbook(path)
    page = book["Codings to add"]
    assert page["B2"].value == "It was help enough."
    for cell in page[2][:7]:
        cell.value = None
    book.save(path)
    assert import_review(reviewed.study, path)["changed"] == 1
    reviewed.run()
    assert reviewed.layer() == []
    assert not len(verdicts(reviewed))
    path = pack(reviewed)
    fill(path, {}, ADDED)
    assert import_review(reviewed.study, path)["added"] == 1
    reviewed.run()
    assert reviewed.layer() == [("T2", "help", "It was help enough.")]


def test_verdicts_hold_when_the_transcript_is_corrected(reviewed):
    path = pack(reviewed)
    fill(path, ALL, ADDED)
    import_review(reviewed.study, path)
    reviewed.run()
    raw = reviewed.root / "data/raw/transcripts/T1.txt"
    raw.write_text(raw.read_text().replace("What came in the way?", "So, what was it that came in the way?"))
    reviewed.run()
    assert ("T1", "time", "for it at all. The money") in reviewed.layer()
    assert verdicts(reviewed)["verdict"].value_counts().to_dict() == {
        "changed": 3,
        "confirmed": 1,
        "rejected": 1,
        "added": 1,
    }
    said = import_review(reviewed.study, pack(reviewed))
    assert (said["added"], said["changed"]) == (0, 0)


def test_everything_wrong_is_said_at_once_with_row_and_never_a_word(reviewed):
    path = pack(reviewed)
    wrong = {
        ("T1", "Too little time"): {
            "Verdict": "change span",
            "New passage (paste its words)": "the rain in Spain",
            **DAY,
        },
        ("T1", "Money"): {"Verdict": "change code", "New code": "Mony", **DAY},
        ("T1", "Help"): {"Verdict": "confirm", "New code": "Money", **DAY},
        ("T2", "Help"): {"Verdict": "perhaps", "By": "XY", **DAY},
        ("T2", "Money"): {"Verdict": "reject"},
    }
    fill(path, wrong, [{"Transcript": "T9", "Passage (paste its words)": "x", "Code": "Help", **DAY}])
    with pytest.raises(DecisionsError) as error:
        import_review(reviewed.study, path)
    said = str(error.value)
    for part in (
        "sheet.xlsx, row 2: the words of the other passage are not in",
        "sheet.xlsx, row 3: code 'Mony' is not in the codebook.\n  Nearest: 'money'.",
        "sheet.xlsx, row 4: the verdict is 'confirm', but something new is filled in.\n  Choose 'change code', or empty that cell.",
        "sheet.xlsx, row 5: verdict 'perhaps' is not known.",
        "sheet.xlsx, row 5: this sheet is for RB, not for 'XY'.",
        "sheet.xlsx, row 6: there is a verdict but not its date.",
        "sheet.xlsx, sheet Codings to add, row 2: transcript 'T9' is not in the study.",
    ):
        assert part in said
    assert "rain" not in said
    assert not (reviewed.root / "data/raw/decisions/review.csv").exists()
    assert not (reviewed.root / "data/raw/codings/review_RB.csv").exists()


@pytest.mark.parametrize(
    ("cells", "what"),
    [
        ({"Verdict": "change code", "New code": "Money"}, "the new code 'money' is the one that it has."),
        ({"Verdict": "change code"}, "the verdict is 'change code', and the new one is missing."),
        (
            {"Verdict": "change span", "New passage (paste its words)": "The money stopped in May"},
            "the new passage is the one that it has.",
        ),
        ({"New code": "Help"}, "something new is filled in, but no verdict."),
    ],
)
def test_a_verdict_that_says_nothing_new_or_not_what_is_refused(reviewed, cells, what):
    path = pack(reviewed)
    fill(path, {("T1", "Money"): cells | DAY})
    with pytest.raises(DecisionsError) as error:
        import_review(reviewed.study, path)
    assert what in str(error.value)


def test_of_words_that_stand_twice_those_beside_the_coding_are_not_guessed(reviewed):
    path = pack(reviewed)
    fill(path, {}, [{"Transcript": "T1", "Passage (paste its words)": "no time for it", "Code": "Help", **DAY}])
    with pytest.raises(DecisionsError, match="stand twice"):
        import_review(reviewed.study, path)


def test_what_the_first_coder_has_already_cannot_be_added(reviewed):
    path = pack(reviewed)
    fill(
        path,
        {},
        [{"Transcript": "T1", "Passage (paste its words)": "The money stopped in May.", "Code": "Money", **DAY}],
    )
    with pytest.raises(DecisionsError, match="KL has this coding already"):
        import_review(reviewed.study, path)


def test_a_dry_run_writes_nothing(reviewed):
    path = pack(reviewed)
    fill(path, ALL, ADDED)
    import_review(reviewed.study, path, dry_run=True)
    assert not (reviewed.root / "data/raw/decisions/review.csv").exists()
    assert not (reviewed.root / "data/raw/codings/review_RB.csv").exists()


def test_a_sheet_with_verdicts_that_were_not_imported_is_not_written_over(reviewed):
    path = pack(reviewed)
    fill(path, {("T1", "Money"): CONFIRM})
    arguments = ["pack", "review", "-C", str(reviewed.root), "--coder", "KL", "--by", "RB", "--out", str(path)]
    done = CliRunner().invoke(cli, arguments)
    assert "verdicts were filled in and have not been imported (1)" in str(done.exception)


def test_the_same_study_gives_the_same_bytes(reviewed):
    first = pack(reviewed).read_bytes()
    assert pack(reviewed).read_bytes() == first


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["--coder", "KM", "--by", "RB"], "nobody called 'KM' coded"),
        (["--coder", "KL", "--by", "KL"], "nobody reviews their own codings"),
        (["--coder", "KL", "--by", "RB", "--transcript", "T9"], "KL has no coding in a transcript 'T9'"),
        (["--coder", "KL", "--by", "RB", "--code", "mony"], "code 'mony' is not in the codebook"),
    ],
)
def test_what_cannot_be_given_out_is_said(reviewed, arguments, what):
    done = CliRunner().invoke(cli, ["pack", "review", "-C", str(reviewed.root), *arguments])
    assert what in str(done.exception)


def test_a_theme_stands_for_what_is_under_it(reviewed):
    book = openpyxl.load_workbook(pack(reviewed, "--code", "barriers"))
    assert [cell.value.split(" [")[0] for cell in book["Codings"]["F"][1:]] == ["Too little time", "Money", "Money"]


def test_the_assignments_say_which_transcripts_are_to_be_looked_at(tmp_path):
    table = "transcript,coder,saw,done\nT1,KL,,yes\nT2,KL,,yes\nT2,RB,KL,no\n"
    reviewed = Reviewed(tmp_path, assignments=table)
    book = openpyxl.load_workbook(pack(reviewed))
    assert {cell.value for cell in book["Codings"]["B"][1:]} == {"T2"}


def test_without_assignments_nothing_is_given_out(tmp_path):
    reviewed = Reviewed(tmp_path, assignments="")
    done = CliRunner().invoke(cli, ["pack", "review", "-C", str(reviewed.root), "--coder", "KL", "--by", "RB"])
    assert "nobody's reading is recorded" in str(done.exception)


def test_done_in_the_assignments_does_not_answer_for_a_row_left_empty(tmp_path):
    table = "transcript,coder,saw,done\nT1,KL,,yes\nT2,KL,,yes\nT1,RB,KL,yes\n"
    reviewed = Reviewed(tmp_path, assignments=table)
    path = pack(reviewed)
    fill(path, {("T1", "Money"): CONFIRM})
    import_review(reviewed.study, path)
    reviewed.run()
    mine = reviewed.assignments[reviewed.assignments["coder"] == "RB"]
    assert mine["codes"].to_list() == ["money"]
    (said,) = [str(one) for one in reviewed.warnings if "no verdict" in str(one)]
    assert "RB is done with transcript 'T1', and 2 codings of KL have no verdict." in said


def test_a_review_of_a_coding_that_is_no_more_is_said(reviewed):
    path = pack(reviewed)
    fill(path, {("T1", "Money"): CONFIRM})
    import_review(reviewed.study, path)
    file = reviewed.root / "data/raw/codings/KL.csv"
    file.write_text("\n".join(line for line in file.read_text().split("\n") if "stopped in May" not in line))
    reviewed.run()
    assert any("1 codings that were reviewed are no more" in str(one) for one in reviewed.warnings)


def test_two_verdicts_of_one_person_in_force_are_an_error(reviewed):
    about = reviewed.id_of("money", "T1")
    rows = [f"d{at},review,{about},{choice},,,RB,2024-05-0{at}," for at, choice in ((1, "confirm"), (2, "reject"))]
    reviewed.write(
        "data/raw/decisions/hand.csv", "\n".join(["decision,kind,about,choice,value,reason,by,on,supersedes", *rows])
    )
    with pytest.raises(
        CodingsError, match=r"hand.csv, row 3: coding '.*' has another verdict of RB in .*hand.csv, row 2"
    ):
        reviewed.run()


def test_a_choice_nobody_knows_is_an_error_with_its_row(reviewed):
    reviewed.write(
        "data/raw/decisions/hand.csv",
        "decision,kind,about,choice,value,reason,by,on,supersedes\nd1,review,x,maybe,,,RB,2024-05-01,\n",
    )
    with pytest.raises(CodingsError, match="row 2: choice 'maybe' of a review is not known"):
        reviewed.run()


def test_import_recognises_the_sheet(reviewed):
    path = pack(reviewed)
    fill(path, ALL, ADDED)
    done = CliRunner().invoke(cli, ["import", "-C", str(reviewed.root), str(path), "--json"], catch_exceptions=False)
    assert '"kind": "review"' in done.output


def test_whoever_coded_a_transcript_alone_does_not_review_it(tmp_path):
    """A review would mix with the layer that agreement is measured on."""
    table = "transcript,coder,saw,done\nT1,KL,,yes\nT2,KL,,yes\nT1,RB,,yes\n"
    reviewed = Reviewed(tmp_path, assignments=table)
    book = openpyxl.load_workbook(pack(reviewed))
    assert {cell.value for cell in book["Codings"]["B"][1:]} == {"T2"}
    arguments = ["pack", "review", "-C", str(tmp_path), "--coder", "KL", "--by", "RB", "--transcript", "T1"]
    done = CliRunner().invoke(cli, arguments)
    assert "RB has coded T1 alone: a review would mix with that." in str(done.exception)


def test_after_a_review_no_table_of_agreement_has_a_chance_corrected_number(reviewed):
    path = pack(reviewed)
    fill(path, dict.fromkeys(ALL, CONFIRM) | {("T2", "Help"): {"Verdict": "reject", **DAY}})
    import_review(reviewed.study, path)
    reviewed.run()
    segments = TABLES["segments"].shape(reviewed.turns.assign(segment=reviewed.turns["turn"]))
    found = measure_study(
        reviewed.codings, reviewed.assignments, segments, reviewed.turns, reviewed.transcripts, reviewed.texts,
        reviewed.codebook, coefficients=["scott_pi", "fleiss_kappa", "conger_kappa", "brennan_prediger", "gwet_ac1"],
    )  # fmt: skip
    for table in (found.overall, found.by_code, found.by_scope):
        chance = table[table["coefficient"] != "percent_agreement"]
        assert len(chance) or table is found.by_scope
        assert chance["estimate"].isna().all()
        assert set(chance["reason"]) <= {"the second coder saw the first coder's codes"}
        assert table[table["coefficient"] == "percent_agreement"]["estimate"].notna().any()
    assert found.by_code["pabak"].isna().all()
    assert found.differences["difference"].isna().all()


def test_a_review_in_a_study_that_lost_its_assignments_is_said(reviewed):
    path = pack(reviewed)
    fill(path, {("T1", "Money"): CONFIRM})
    import_review(reviewed.study, path)
    (reviewed.root / "data/raw/assignments.csv").unlink()
    reviewed.run()
    assert any("nobody's reading is recorded" in str(one) for one in reviewed.warnings)
