"""A picture of when one writes: messages by month and by hour of the day.  months_and_hours.py BACKUP PICTURE.png"""

import sys
from collections import Counter

import matplotlib

matplotlib.use("Agg")  # into a file; no window
import matplotlib.pyplot as plt

import smsbackup


def main(backup: str, picture: str) -> None:
    dates = smsbackup.open(backup).to_arrow(columns=["date"], types=["sms", "mms"])["date"].drop_null().to_pylist()
    counted = Counter((date.year, date.month, date.hour) for date in dates)
    first, last = min(dates), max(dates)
    months = [
        (year, month)
        for year in range(first.year, last.year + 1)
        for month in range(1, 13)
        if (first.year, first.month) <= (year, month) <= (last.year, last.month)
    ]
    grid = [[counted[year, month, hour] for year, month in months] for hour in range(24)]

    figure, axes = plt.subplots(figsize=(max(6, len(months) / 3), 5), layout="constrained")
    image = axes.imshow(grid, aspect="auto", origin="lower", cmap="viridis")
    step = max(1, len(months) // 12)
    axes.set_xticks(range(0, len(months), step), [f"{month}/{year}" for year, month in months[::step]], rotation=45)
    axes.set_yticks(range(0, 24, 3))
    axes.set_ylabel("hour (UTC)")
    figure.colorbar(image, label="messages")
    figure.savefig(picture, dpi=120)
    print(f"{len(dates)} messages in {picture}")


if __name__ == "__main__":
    main(*sys.argv[1:])
