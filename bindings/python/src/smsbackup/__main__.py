"""The command `smsbackup`: the library's own tool, run in this process (docs/tool.md)."""

from __future__ import annotations

import sys

from smsbackup import _native


def main() -> int:
    """Runs the command line; returns its exit code."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    return _native.run_tool(["smsbackup", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
