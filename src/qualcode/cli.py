"""The command line: `qualcode SUBCOMMAND`. Each subcommand is a module of `commands/`, loaded when it is called."""

from __future__ import annotations

import importlib
import sys
from typing import Any

import click

from qualcode.errors import QualcodeError

# in the order of the work, with the line that `qualcode --help` prints (so that --help imports nothing else)
COMMANDS = {
    "init": "Make a new study folder.",
    "check": "Validate everything in the study without running it.",
    "run": "Run the whole line, or up to one stage.",
    "show": "Print any table of the study.",
    "import": "Bring in codings, filled sheets and member-check replies.",
    "codebook": "The codebook: its versions, sheets, and other programs.",
    "pack": "Give work out: meeting, review, training, splits, alignment, edits, member checks.",
    "export": "Write codings and codebook for other programs.",
    "sample": "Plan how much to code twice, and draw it.",
    "agreement": "Agreement coefficients for any ratings table.",
}
STAGES = (
    "transcripts",
    "segments",
    "codebook",
    "codings",
    "agreement",
    "agreement_tools",
    "review",
    "topics",
    "consensus",
    "discussion",
    "training",
    "people",
    "themes",
    "topic_codes",
    "saturation",
    "frameworks",
    "memberchecks",
    "figures",
    "reports",
    "leaks",
)


class Lazy(click.Group):
    """A group whose members are modules, imported only when named."""

    def __init__(self, package: str, members: dict[str, str], **more: Any) -> None:
        super().__init__(**more)
        self.package, self.members = package, members

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.members)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.members:
            return None
        module = importlib.import_module(
            f"{self.package}.{cmd_name}_" if cmd_name == "import" else f"{self.package}.{cmd_name}"
        )
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, text in self.members.items() if text])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self.members and not args[0].startswith("-"):
            from qualcode.errors import nearest

            raise click.UsageError(f"there is no command '{args[0]}'. {nearest(args[0], self.members)}", ctx)
        return super().resolve_command(ctx, args)


_HELP = """A repeatable pipeline for qualitative research.

A study is a folder: transcripts, a codebook, several coders' codings and decisions go in; agreement, consensus,
theme tables, topic suggestions, framework summaries and member-check packets come out.
"""


def _remember_study(ctx: click.Context, _param: click.Parameter, value: str | None) -> None:
    ctx.obj = value


cli = Lazy(
    "qualcode.commands",
    COMMANDS | {"stage": ""},
    name="qualcode",
    help=_HELP,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    params=[
        click.Option(
            ["-C", "study"],
            metavar="STUDY",
            callback=_remember_study,
            expose_value=False,
            help="The study's folder (default: this folder).",
        )
    ],
)
cli = click.version_option(package_name="qualcode", message="%(prog)s %(version)s")(cli)


def main() -> None:
    """Run the command line: exit status 0 done, 1 our bug (traceback), 2 the user's input (message)."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        cli.main(standalone_mode=False)
    except QualcodeError as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except click.Abort:
        click.echo("Stopped.", err=True)
        sys.exit(2)
    except click.exceptions.Exit as error:
        sys.exit(error.exit_code)
