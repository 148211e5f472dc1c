"""One conversation as a page to read, print or keep:  contact_page.py BACKUP NUMBER PAGE.html

The page stands alone: pictures are inside of it.
"""

import base64
import html
import pathlib
import sys

import smsbackup

STYLE = """
body { font: 16px sans-serif; max-width: 40em; margin: 2em auto; background: #f4f4f4 }
div { margin: .4em 0; padding: .6em .9em; border-radius: .8em; width: fit-content; max-width: 80%; white-space: pre-wrap }
.in { background: white } .out { background: #cde6ff; margin-left: auto }
time { display: block; font-size: 70%; color: #666 } img { max-width: 100% }
"""


def content(record: smsbackup.Record) -> str:
    if isinstance(record, smsbackup.Call):
        return f"☎ {record.duration or 0} seconds"
    if isinstance(record, smsbackup.Sms):
        return html.escape(record.body or "")
    pieces = []
    for part in record.parts:
        if part.ct == "text/plain":
            pieces.append(html.escape(part.text or ""))
        elif (part.ct or "").startswith("image/") and part.data is not None:
            picture = base64.b64encode(bytes(part.data)).decode()
            pieces.append(f'<img src="data:{html.escape(part.ct)};base64,{picture}">')
    return "<br>".join(pieces)


def main(backup: str, number: str, page: str) -> int:
    records = sorted(smsbackup.open(backup).read(addresses=[number]), key=lambda record: record.date or 0)
    lines = []
    for record in records:
        side = "out" if record.direction == "outgoing" else "in"
        when = f"{record.datetime:%d %B %Y, %H:%M}" if record.datetime else ""
        lines.append(f'<div class="{side}"><time>{when}</time>{content(record)}</div>')
    title = html.escape(number)
    body = "\n".join(lines)
    text = f"<!doctype html><meta charset=utf-8><title>{title}</title><style>{STYLE}</style><h1>{title}</h1>\n{body}\n"
    pathlib.Path(page).write_text(text, encoding="utf-8", errors="replace")
    print(f"{len(records)} messages and calls in {page}")
    return 0 if records else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
