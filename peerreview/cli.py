"""The command `peerreview`: what the one who runs the house does. Each command calls one service.

Commands are fetched when they are asked for: what they stand on takes longer to load than most of them take to run.
"""

from __future__ import annotations

import click

from .commands import saying
from .errors import N_, PeerreviewError

COMMANDS = {
    "check": (
        "operating:check",
        N_("See whether settings, workflows, database and files are fit to start with."),
    ),
    "db": ("operating:db", N_("The database's tables.")),
    "history": ("history:history", N_("The chained history of every review.")),
    "mail": ("worker:mail", N_("The mail that goes out.")),
    "pair": ("pair:pair", N_("Find the best set of pairs for a file of profiles.")),
    "person": ("operating:person", N_("Accounts, for a start: the rest is done in the browser.")),
    "settings": ("operating:settings", N_("List every setting with its default and why it is there.")),
    "worker": ("worker:worker", N_("Move what time moves, and send what is due.")),
    "workflow": ("workflow:workflow", N_("Workflows: checked, rehearsed, drawn, moved to newer versions.")),
}


def main() -> None:
    """The way in: what goes wrong on purpose is told in plain lines, with exit code 1, or 2 where the command itself
    asks for what is not there."""
    try:
        commands(prog_name="peerreview")
    except PeerreviewError as error:
        lines, code = saying.told(error)
        saying.stop(lines, code)
    except Exception as error:
        saying.in_trouble(error)
        raise


@click.group(cls=saying.Lazy, found=COMMANDS)
@click.version_option(package_name="peerreview", cls=saying.Option)
def commands() -> None:
    """Peerreview: organisations learn by reviewing each other."""


if __name__ == "__main__":
    main()
