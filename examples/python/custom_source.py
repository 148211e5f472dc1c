"""A source of one's own in twenty lines: messages out of a CSV file, into an archive.  custom_source.py FILE.csv ARCHIVE"""

import csv
import sys

import smsbackup


class CsvMessages(smsbackup.Source):
    def __init__(self, path):
        self.path = path

    def open(self, query):
        with open(self.path, newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                kind = 2 if row["direction"] == "sent" else 1
                yield smsbackup.Sms(address=row["number"], date=int(row["date"]), type=kind, body=row["text"])


if __name__ == "__main__":
    print(smsbackup.transfer(CsvMessages(sys.argv[1]), sys.argv[2]).total.written, "messages copied")
