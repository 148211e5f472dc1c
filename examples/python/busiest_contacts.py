"""With whom, how often, and how quickly answered: a polars frame of a backup.  busiest_contacts.py BACKUP"""

import sys

import polars as pl

import smsbackup


def main(backup: str) -> pl.DataFrame:
    columns = ["type", "direction", "date", "address", "text"]
    frame = pl.DataFrame(smsbackup.open(backup).arrow_batches(columns=columns, types=["sms", "mms"]))
    answered = (pl.col("direction") == "outgoing") & (pl.col("direction").shift() == "incoming")
    return (
        frame.sort("date")
        .with_columns(wait=pl.when(answered.over("address")).then(pl.col("date").diff().over("address")))
        .group_by("address")
        .agg(
            messages=pl.len(),
            sent=(pl.col("direction") == "outgoing").sum(),
            letters=pl.col("text").str.len_chars().sum(),
            answered_after=pl.col("wait").median(),
        )
        .sort("messages", "address", descending=[True, False])
        .head(10)
    )


if __name__ == "__main__":
    print(main(sys.argv[1]))
