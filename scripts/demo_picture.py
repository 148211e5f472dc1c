#!/usr/bin/env python3
"""Draws docs/images/demo.svg, the README's picture, from what the demo really prints on a terminal.

    scripts/demo_picture.py BUILD_DIR docs/images/demo.svg          runs the demo and draws it
    scripts/demo_picture.py --from SAVED_OUTPUT docs/images/demo.svg   draws what was saved; the same bytes every time

Only the sections of the demo that fit a picture are drawn.
"""
import os
import pathlib
import pty
import re
import struct
import fcntl
import sys
import termios
from html import escape

COLUMNS, ROWS = 98, 200
SECTIONS = ("2.", "3.")
CELL_WIDTH, LINE_HEIGHT, MARGIN = 8.4, 19, 18
COLOURS = {"31": "#f2777a", "32": "#7fd88f", "33": "#e8c268", "36": "#6cc7d9", "2": "#7d8590"}


def run_on_terminal(command):
    """Everything the command writes to a terminal of COLUMNS."""
    child, master = pty.fork()
    if child == 0:
        os.environ.update(TERM="xterm-256color", LC_ALL="C.UTF-8")
        os.environ.pop("NO_COLOR", None)
        fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        os.execvp(command[0], command)
    output = bytearray()
    while True:
        try:
            piece = os.read(master, 65536)
        except OSError:  # Linux says so at the end
            break
        if not piece:
            break
        output += piece
    if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0:
        sys.exit(f"the demo failed:\n{output.decode(errors='replace')}")
    return output.decode()


def visible_lines(output):
    """Lines as they stand on the screen in the end: a redrawn line shows its last state."""
    lines = []
    for line in output.replace("\r\n", "\n").split("\n"):
        lines.append(re.sub(r"\x1b\[K", "", line.rsplit("\r", 1)[-1]))
    return lines


def chosen_sections(lines):
    chosen, wanted = [], False
    for line in lines:
        plain = re.sub(r"\x1b\[[0-9;]*m", "", line)
        if re.match(r"\d\. ", plain):
            wanted = plain.startswith(SECTIONS)
        if wanted:
            chosen.append(line)
    while chosen and not chosen[-1].strip():
        chosen.pop()
    return chosen


def wrapped(line):
    """Pieces of (style codes, text), in rows of at most COLUMNS cells."""
    rows, cells, codes = [[]], 0, ()
    for piece in re.split(r"(\x1b\[[0-9;]*m)", line):
        if piece.startswith("\x1b["):
            codes = tuple(code for code in piece[2:-1].split(";") if code not in ("", "0"))
            continue
        while piece:
            if cells == COLUMNS:
                rows.append([])
                cells = 0
            part, piece = piece[:COLUMNS - cells], piece[COLUMNS - cells:]
            rows[-1].append((codes, cells, part))
            cells += len(part)
    return rows


def draw(lines):
    rows = [row for line in lines for row in wrapped(line)]
    width, height = round(COLUMNS * CELL_WIDTH + 2 * MARGIN), len(rows) * LINE_HEIGHT + 2 * MARGIN + 22
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">',
           "<title>smsbackup copies a phone's backup files into a mail archive</title>",
           f'<rect width="{width}" height="{height}" rx="9" fill="#161b22"/>',
           *(f'<circle cx="{MARGIN + 6 + 20 * n}" cy="20" r="6" fill="{fill}"/>'
             for n, fill in enumerate(("#f2777a", "#e8c268", "#7fd88f"))),
           '<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,DejaVu Sans Mono,monospace" font-size="14" '
           'fill="#d0d7de" xml:space="preserve">']
    for number, row in enumerate(rows):
        y = MARGIN + 22 + (number + 1) * LINE_HEIGHT - 5
        for codes, cell, text in row:
            if not text.strip():
                continue
            style = "".join(f' fill="{COLOURS[code]}"' for code in codes if code in COLOURS)
            style += ' font-weight="bold"' if "1" in codes else ""
            lead = len(text) - len(text.lstrip(" "))
            text = text.strip(" ")
            # Blanks in a row keep their width only as no-break spaces.
            shown = escape(text).replace("  ", "\u00a0\u00a0")
            out.append(f'<text x="{MARGIN + (cell + lead) * CELL_WIDTH:.1f}" y="{y}" '
                       f'textLength="{len(text) * CELL_WIDTH:.1f}"{style}>{shown}</text>')
    return "\n".join([*out, "</g>", "</svg>", ""])


if __name__ == "__main__":
    if len(sys.argv) == 4 and sys.argv[1] == "--from":
        printed = pathlib.Path(sys.argv[2]).read_bytes().decode()
    elif len(sys.argv) == 3:
        printed = run_on_terminal([str(pathlib.Path(__file__).with_name("demo.sh")), sys.argv[1]])
    else:
        sys.exit(__doc__)
    pathlib.Path(sys.argv[-1]).write_text(draw(chosen_sections(visible_lines(printed))), encoding="utf-8")
