"""`python -m qualcode` is the same as `qualcode`."""

from qualcode.cli import main

if __name__ == "__main__":
    main()
