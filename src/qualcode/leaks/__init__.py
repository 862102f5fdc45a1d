"""The leak check: whether a form of the pseudonym key, an e-mail address or a telephone number stands in an output.

`find.py` looks for them in texts, `files.py` takes the texts out of files, `check.py` does it for a study.
"""
