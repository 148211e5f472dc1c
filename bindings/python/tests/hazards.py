"""Records that stores have stumbled over: what tests/conformance/hazards.hpp has, made in Python."""

import random

import smsbackup
from smsbackup import Call, Mms, MmsAddress, MmsPart, Sms

HOSTILE_TEXTS = [
    "",
    " ",
    "  leading and trailing  ",
    "\t",
    "\0",
    "a\0b",
    "\r",
    "\n",
    "\r\n",
    "a\rb\nc\r\nd",
    "\n.\nFrom me\n>From you\n",
    "x\r\nX-smssync-type: 2\r\n\r\nbody",
    'quote " backslash \\ slash / \\u0041',
    '<a href="&amp;">&#10;&#55357;</a>',
    "]]>",
    "=3D=\r\n=?utf-8?q?x?=",
    "\x01\x02\x1f\x7f",
    "café",
    "e\u0301",
    "😀👨\u200d👩",
    "\u202e right to left \u202c",
    "\u2028\u2029\x85",
    "\uffff\ufeff",
    "\ud83d",
    "\udf00 \ud83d\ud83d",
    "null",
    "0",
    "-1",
    "007",
    "99999999999999999999",
    "yesterday",
    "+44 20 7946 0018",
    "insert-address-token",
    "MY BANK",
    "\udcff",  # bytes that are no text
    "\ud83d\udced\udcb8\udc80",
    "\udcc3",
    "ok \udc80 ok",
]

HOSTILE_NAMES = [
    "",
    " ",
    "vendor",
    "date",
    "body",
    "type",
    "_id",
    "__type",
    "__null",
    "__parts",
    "__base64__",
    "body__base64__",
    "Content-Type",
    "a:b c\r\nd",
    "😀",
    "quote\"'<&>",
    "text",
    "\0",
]


def plain_sms(number):
    return Sms(
        id=number,
        address=f"+1555{1_000_000 + number % 50}",
        date=1600000000123 + number * 60_017,
        date_sent=1600000000000 + number * 60_000,
        read=1,
        type=2 if number % 3 == 0 else 1,
        body=f"message number {number}",
        service_center=None,
    )


def plain_mms(number):
    return Mms(
        id=number,
        date=1600000000000 + number * 61_000,
        msg_box=1 if number % 2 == 0 else 2,
        m_type=132 if number % 2 == 0 else 128,
        m_id=f"id{number}@mms.example",
        addresses=[
            MmsAddress(address="+15550100", type=137, charset=106),
            MmsAddress(address="insert-address-token", type=151, charset=106),
        ],
        parts=[
            MmsPart(seq=0, ct="text/plain", chset=106, text=f"picture number {number}"),
            MmsPart(seq=1, ct="image/jpeg", name="picture.jpg", text=None, data=b"\xff\xd8\xff\xe0 %d" % number),
        ],
    )


def plain_call(number):
    return Call(
        id=number,
        number=f"+1555{2_000_000 + number % 50}",
        date=1600000000456 + number * 62_003,
        duration=number % 600,
        type=number % 3 + 1,
        name=None,
    )


def plain_records(count, first=0):
    make = {3: plain_mms, 4: plain_call}
    return [make.get(number % 5, plain_sms)(number) for number in range(first, first + count)]


def hazards():
    records = [Sms(), Mms(), Call()]
    number = 10_000
    for text in [*HOSTILE_TEXTS, "x" * 200_000]:
        records.append(plain_sms(number).replace(body=text))
        records.append(plain_sms(number).replace(address=text))
        records.append(plain_sms(number).replace(extras={"vendor_column": text}))
        mms = plain_mms(number)
        data = text.encode("utf-8", "backslashreplace")
        records.append(
            mms.replace(
                sub=text,
                addresses=[mms.addresses[0].replace(address=text), mms.addresses[1]],
                parts=[mms.parts[0].replace(text=text), mms.parts[1].replace(name=text, data=data)],
            )
        )
        records.append(plain_call(number).replace(number=text, name=text))
        number += 5
    for name in HOSTILE_NAMES:
        number += 5
        records.append(plain_sms(number).replace(extras={name: "value"}))
        records.append(plain_sms(number).replace(extras={name: None}))
    shapes = [
        {"parts": []},
        {"addresses": []},
        {"parts": [], "addresses": []},
        {"parts": [MmsPart()]},
        {"parts": [MmsPart(ct="image/png", data=b"")]},
        {"parts": [MmsPart(ct="text/plain", text=None, data=b"text in the file")]},
        {"parts": [MmsPart(ct="text/plain", text=f"part {i}") for i in range(50)]},
        {"date": 1600000000500, "date_sent": 1599999999999},
        {"addresses": [MmsAddress(), MmsAddress(type=137, address="+15550100")]},
    ]
    for shape in shapes:
        number += 2
        records.append(plain_mms(number).replace(**shape))
    chance = random.Random(2024)
    for _ in range(100):
        number += 5
        texts = [chance.choice([None, smsbackup.ABSENT, *HOSTILE_TEXTS]) for _ in range(3)]
        numbers = [chance.choice([None, smsbackup.ABSENT, 0, -1, 2**63 - 1, -(2**63)]) for _ in range(3)]
        records.append(
            plain_sms(number).replace(
                body=texts[0], subject=texts[1], creator=texts[2], date_sent=numbers[0], sub_id=numbers[1], status=numbers[2]
            )
        )
    return records
