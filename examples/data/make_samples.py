#!/usr/bin/env python3
"""Writes the sample files beside it, as SMS Backup & Restore would have: run it after changing the conversations.

People, texts and times are made up. The numbers are from the ranges that regulators keep free for fiction
(+1 202 555 01xx, +44 7700 900xxx, +33 6 39 98 xx xx, +49 30 23125 xxx, +46 70 174 06 xx, +61 491 570 xxx).
"""
import base64
import pathlib
import struct
import zlib
from datetime import datetime, timezone
from xml.sax.saxutils import escape

FOLDER = pathlib.Path(__file__).parent
BACKUP_TIME = datetime(2024, 2, 3, 10, 15, tzinfo=timezone.utc)

ANN, BEN, CHLOE, DIETER, ELSA, FINN, OWN = (
    "+12025550143", "+447700900123", "+33639981234", "+493023125456", "+46701740612", "+61491570156", "+12025550100")
NAMES = {ANN: "Ann Archer", BEN: "Ben Brook", CHLOE: "Chloé Charpentier", DIETER: "Dieter Dünn", ELSA: "Elsa Ek",
         FINN: "Finn Fisher"}

IN, OUT, DRAFT, FAILED = 1, 2, 3, 5

# (time, kind, other party, text)
MESSAGES = [
    ("2023-11-02 08:01:12.418", IN, ANN, "Good morning! Are you still coming on Saturday?"),
    ("2023-11-02 08:03:40.007", OUT, ANN, "Wouldn't miss it \N{PARTY POPPER}"),
    ("2023-11-02 08:03:58.950", IN, ANN, "\N{SMILING FACE WITH SMILING EYES}\N{PARTY POPPER}\N{SHORTCAKE}"),
    ("2023-11-02 08:04:30.120", IN, ANN, "Could you bring:\n- lemonade\n- two chairs\n- the blue lamp\n\nThanks!"),
    ("2023-11-02 08:05:01.000", OUT, ANN, "ok"),
    ("2023-11-02 08:05:01.000", OUT, BEN, "ok"),
    ("2023-11-05 19:22:10.333", IN, "MyBank", "Your code is 402881. Never tell it to anybody."),
    ("2023-11-05 19:25:55.101", IN, "PARCEL-INFO", "Your parcel arrives tomorrow between 9:00 and 11:00."),
    ("2023-11-11 17:45:00.640", IN, BEN, "Match is on at 8, Ben's place <3 & bring \"snacks\""),
    ("2023-11-11 17:46:21.002", OUT, BEN, "On my way \N{SOCCER BALL}"),
    ("2023-11-11 23:10:09.555", IN, BEN, "4:3 after extra time \N{FLAG IN HOLE}\N{FACE WITH TEARS OF JOY}"),
    ("2023-11-20 12:00:00.000", IN, CHLOE, "Coucou ! Déjeuner à midi ? Le café près de l'hôtel, « chez Zoé »."),
    ("2023-11-20 12:01:47.219", OUT, CHLOE, "Ça marche, à tout à l'heure \N{CROISSANT}"),
    ("2023-12-01 09:30:00.081", IN, DIETER, "Schöne Grüße aus Köln! Die Straße ist gesperrt, fahr über die Brücke."),
    ("2023-12-01 09:31:12.900", OUT, DIETER, "Danke, weiß Bescheid."),
    ("2023-12-06 18:20:33.470", IN, ELSA, "Vi ses på lördag kl 14, ta med skridskor \N{ICE SKATE}"),
    ("2023-12-06 18:21:02.118", OUT, ELSA, "Härligt! Älskar det där stället."),
    ("2023-12-24 17:00:00.000", IN, "+447700900212", "З Різдвом! Нехай усе буде добре \N{CHRISTMAS TREE}"),
    ("2023-12-24 17:02:31.765", IN, "+447700900234", "Καλά Χριστούγεννα σε όλους!"),
    ("2023-12-24 17:05:12.090", IN, "+33639981256", "メリークリスマス\N{FATHER CHRISTMAS} また来年ね。"),
    ("2023-12-24 17:06:45.321", IN, "+33639981278", "圣诞快乐！新年见。"),
    ("2023-12-24 17:08:59.404", IN, "+46701740690", "메리 크리스마스! 곧 만나요."),
    ("2023-12-24 17:11:18.233", IN, "+12025550111", "חג שמח! נתראה ב-20:00 אצל Ann."),
    ("2023-12-24 17:14:40.876", IN, "+12025550122", "عيد ميلاد مجيد! نلتقي الساعة ٨ مساءً."),
    ("2023-12-24 17:18:07.150", IN, "+12025550133", "क्रिसमस की शुभकामनाएँ! \N{WRAPPED PRESENT}"),
    ("2023-12-24 17:20:44.602", IN, "+493023125444", "สุขสันต์วันคริสต์มาส"),
    ("2023-12-24 17:25:00.009", OUT, ANN, "So many greetings tonight \N{GLOWING STAR}\N{GLOWING STAR}"),
    ("2023-12-31 23:59:59.999", OUT, ANN, "Happy new year! \N{FIREWORKS}"),
    ("2024-01-01 00:00:00.000", IN, ANN, "Happy new year to you too! \N{FIREWORKS}\N{BOTTLE WITH POPPING CORK}"),
    ("2024-01-01 00:00:07.331", IN, BEN, "HNY!!! \N{FACE WITH PARTY HORN AND PARTY HAT}"),
    ("2024-01-09 07:15:20.455", IN, FINN, "G'day, it's 38 degrees in Perth. Send snow \N{SNOWFLAKE}"),
    ("2024-01-09 07:18:03.672", OUT, FINN, "Only if you send the beach \N{BEACH WITH UMBRELLA}"),
    ("2024-01-15 13:40:00.500", IN, "12345", "Your taxi ABC 123 is here. Reply STOP to get no more of these."),
    ("2024-01-15 13:41:12.000", OUT, "12345", "STOP"),
    ("2024-01-22 20:05:33.987", IN, ANN, "  two blanks first,\ttabs,\r\nWindows line ends\n\nand a From line:\nFrom here on."),
    ("2024-01-22 20:07:00.246", OUT, ANN, "100% = all there: ümlauts, \N{EURO SIGN}5, 1/2 \N{VULGAR FRACTION ONE HALF}, "
                                          "a\u0301, \N{FAMILY}, \N{WAVING HAND SIGN}\N{EMOJI MODIFIER FITZPATRICK TYPE-4}"),
    ("2024-01-28 10:00:10.010", OUT, CHLOE, "Long ones too: " + "la la " * 60 + "fin."),
    ("2024-02-01 16:30:30.303", FAILED, DIETER, "Bin gleich da"),
    ("2024-02-02 21:12:12.121", IN, "", "Somebody withheld this number."),
    ("2024-02-03 10:02:44.808", DRAFT, ELSA, "Note to self: answer Elsa"),
]

SMIL = ('<smil><head><layout><root-layout/><region id="Image" fit="meet"/><region id="Text"/></layout></head><body>'
        '<par dur="5s"><img src="{image}" region="Image"/><text src="text.txt" region="Text"/></par></body></smil>')


def picture(width, height, top, bottom):
    """A real PNG: a sun above the sea."""
    rows = bytearray()
    for y in range(height):
        rows.append(0)
        for x in range(width):
            sun = (x - width * 0.68) ** 2 + (y - height * 0.42) ** 2 < (height * 0.2) ** 2
            wave = y > height * 0.66 and (x + 3 * y) % 11 < 4
            for channel in range(3):
                shade = top[channel] + (bottom[channel] - top[channel]) * y // height
                rows.append(255 - 24 * channel if sun else min(255, shade + 40) if wave else shade)

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(bytes(rows), 9)) + chunk(b"IEND", b""))


# (time, kind, parties, text, subject, picture)
MULTIMEDIA = [
    ("2023-11-04 16:20:05", IN, [ANN], "The garden is ready!", None, picture(64, 48, (90, 150, 230), (20, 70, 120))),
    ("2023-11-04 16:24:40", OUT, [ANN, BEN, ELSA], "See you all at six \N{TROPICAL DRINK}", None, None),
    ("2023-11-04 16:31:12", IN, [BEN, ANN, ELSA], "Running late, save me some cake \N{SHORTCAKE}", None, None),
    ("2024-01-09 07:20:00", IN, [FINN], "Beach as ordered \N{BEACH WITH UMBRELLA}", "Perth, 38\N{DEGREE SIGN}",
     picture(96, 64, (250, 190, 90), (30, 90, 160))),
    ("2024-01-09 07:25:30", OUT, [FINN], "", None, picture(48, 48, (230, 235, 245), (150, 170, 200))),
]

# (time, type, number, seconds)
CALLS = [
    ("2023-11-02 18:00:01.100", 2, ANN, 267), ("2023-11-03 09:15:44.020", 1, BEN, 61),
    ("2023-11-03 12:30:12.999", 3, BEN, 0), ("2023-11-03 12:31:00.450", 2, BEN, 15),
    ("2023-11-20 11:55:10.000", 1, CHLOE, 34), ("2023-12-01 09:29:30.730", 1, DIETER, 95),
    ("2023-12-18 20:40:00.321", 5, "+12025550199", 0), ("2023-12-24 17:30:00.000", 2, ELSA, 3725),
    ("2024-01-02 08:00:00.500", 3, "-1", 0), ("2024-01-09 07:30:00.654", 1, FINN, 600),
    ("2024-01-15 13:38:20.777", 4, "12345", 12), ("2024-02-02 21:10:05.005", 1, "", 0),
]


def milliseconds(time):
    moment = datetime.fromisoformat(time).replace(tzinfo=timezone.utc)
    return int(moment.timestamp()) * 1000 + moment.microsecond // 1000


def attribute(text):
    """As the app writes it: line ends as references, and each half of a surrogate pair as a reference of its own."""
    out = []
    for char in escape(text, {'"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}):
        if ord(char) > 0xFFFF:
            offset = ord(char) - 0x10000
            char = f"&#{0xD800 + (offset >> 10)};&#{0xDC00 + (offset & 0x3FF)};"
        out.append(char)
    return "".join(out)


def row(name, columns, end=" />"):
    return f"<{name} " + " ".join(f'{key}="{"null" if value is None else attribute(str(value))}"'
                                  for key, value in columns.items()) + end


def readable(time):
    moment = datetime.fromisoformat(time)
    return f"{moment.day} {moment:%b %Y %H:%M:%S}"


def sms(time, kind, address, body):
    date = milliseconds(time)
    return ["  " + row("sms", {
        "protocol": 0, "address": address, "date": date, "type": kind, "subject": None, "body": body, "toa": None,
        "sc_toa": None, "service_center": "+12025550101" if kind == IN else None, "read": 1,
        "status": 64 if kind == FAILED else -1, "locked": 0, "date_sent": date // 1000 * 1000 - 2000 if kind == IN else 0,
        "sub_id": 1, "readable_date": readable(time), "contact_name": NAMES.get(address, "(Unknown)")})]


def part(seq, kind, name, text=None, data=None):
    columns = {"seq": seq, "ct": kind, "name": name, "chset": 106 if kind == "text/plain" else None, "cd": None, "fn": None,
               "cid": f"<{name}>", "cl": name, "ctt_s": None, "ctt_t": None, "text": text}
    if data is not None:
        columns["data"] = base64.b64encode(data).decode()
    return "      " + row("part", columns)


def mms(number, message):
    time, kind, parties, text, subject, image = message
    date, incoming = milliseconds(time), kind == IN
    lines = ["  " + row("mms", {
        "date": date, "msg_box": kind, "m_type": 132 if incoming else 128, "m_id": f"m{number:04}@mms.example",
        "tr_id": f"T{number:04}", "address": "~".join(parties), "ct_t": "application/vnd.wap.multipart.related",
        "date_sent": date // 1000 - 3 if incoming else 0, "sub": subject, "sub_cs": 106 if subject else None, "read": 1,
        "seen": 1, "locked": 0, "text_only": 0 if image else 1, "v": 18, "pri": 129, "rr": 129, "d_rpt": 129,
        "m_cls": "personal", "sub_id": 1, "readable_date": readable(time),
        "contact_name": ", ".join(NAMES[party] for party in parties)}, end=">"), "    <parts>"]
    if image:
        lines.append(part(-1, "application/smil", "smil.xml", SMIL.format(image="picture.png")))
        lines.append(part(0, "image/png", "picture.png", data=image))
    if text:
        lines.append(part(1 if image else 0, "text/plain", "text.txt", text))
    lines += ["    </parts>", "    <addrs>"]
    sender = parties[0] if incoming else "insert-address-token"
    others = parties[1:] + [OWN] if incoming else parties
    lines += ["      " + row("addr", {"address": address, "type": kind, "charset": 106})
              for address, kind in [(sender, 137)] + [(other, 151) for other in others]]
    return lines + ["    </addrs>", "  </mms>"]


def call(time, kind, number, seconds):
    return ["  " + row("call", {
        "number": number, "duration": seconds, "date": milliseconds(time), "type": kind,
        "presentation": 1 if number not in ("", "-1") else 2, "subscription_id": "1", "post_dial_digits": "",
        "subscription_component_name": "com.android.phone/com.android.services.telephony.TelephonyConnectionService",
        "readable_date": readable(time), "contact_name": NAMES.get(number, "(Unknown)")})]


def write(name, root, rows):
    stamp = int(BACKUP_TIME.timestamp()) * 1000
    lines = ["<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>",
             f"<!--File Created By SMS Backup & Restore v10.20.001 on {BACKUP_TIME:%d/%m/%Y %H:%M:%S}-->",
             f'<{root} count="{len(rows)}" backup_set="0b6c7c1e-0000-4000-8000-000000000001" backup_date="{stamp}" type="full">',
             *(line for lines in rows for line in lines), f"</{root}>", ""]
    (FOLDER / f"{name}-{BACKUP_TIME:%Y%m%d%H%M%S}.xml").write_text("\n".join(lines), encoding="utf-8", newline="\n")


def write_contacts():
    cards = []
    for number, name in NAMES.items():
        first, last = name.split(" ", 1)
        mail = name.split(" ")[0].lower().replace("é", "e") + "@example.org"
        group = "\r\nCATEGORIES:Friends" if number in (ANN, BEN, ELSA) else ""
        cards.append(f"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:{name}\r\nN:{last};{first};;;\r\nTEL;TYPE=CELL:{number}\r\n"
                     f"EMAIL:{mail}{group}\r\nEND:VCARD\r\n")
    (FOLDER / "people.vcf").write_bytes("".join(cards).encode())


if __name__ == "__main__":
    messages = sorted([(milliseconds(m[0]), sms(*m)) for m in MESSAGES] +
                      [(milliseconds(m[0]), mms(n, m)) for n, m in enumerate(MULTIMEDIA, 1)], key=lambda entry: entry[0])
    write("sms", "smses", [lines for _, lines in messages])
    write("calls", "calls", [call(*c) for c in CALLS])
    write_contacts()
