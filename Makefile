# Needs nothing but make and Python 3.11 or newer; the environment is made in .venv from requirements.lock.
PYTHON ?= python3

.PHONY: run test lint clean setup
run test lint clean setup:
	@$(PYTHON) tasks.py $@
