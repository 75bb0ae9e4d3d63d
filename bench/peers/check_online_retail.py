#!/usr/bin/python3
"""Compares what a job of online-retail stored with the exact answers beside the data.

usage: check_online_retail.py pandas|millrace RESULT.sqlite FOLDER_OF_ref_CSV COPIES [QUALITY]

QUALITY is the last line of `millrace run --json`: what its rules did.

COPIES is 10 for the file of ten_years.py: its answers are those of the one year, each copy 378 days later.
Prints one line; ends with 1 and the first differences if something differs.
"""
import csv
import json
import os
import sqlite3
import sys
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

from ten_years import DAYS

# table -> (file of the exact answers, its columns that are moments, its columns of money, whether every copy has it)
ANSWERS = {
    "revenue_country_day": ("ref_revenue_country_day.csv", 1, [5], True),
    "daily_totals": ("ref_daily_totals.csv", 1, [6], True),
    "hourly": ("ref_hourly_tumbling.csv", 1, [3, 4], True),
    "sliding60_15": ("ref_sliding60_15_dec2010.csv", 2, [4], False),
}


def expected(folder, table, copies):
    file, moments, money, repeats = ANSWERS[table]
    with open(os.path.join(folder, file), newline="", encoding="utf-8") as lines:
        rows = list(csv.reader(lines))[1:]
    for copy in range(copies if repeats else 1):
        for row in rows:
            yield tuple(later(cell, copy) if i < moments else thousandths(cell) if i in money else number(cell) for i, cell in enumerate(row))


def later(moment, copy):
    day, _, clock = moment.partition(" ")
    return f"{date.fromisoformat(day) + timedelta(days=DAYS * copy)} {clock or '00:00:00'}"


def thousandths(text):
    return int(Decimal(text) * 1000)


def number(text):
    return int(text) if text.isdigit() else text


def rejected(folder, copies):
    with open(os.path.join(folder, "ref_rejected_per_rule.csv"), newline="", encoding="utf-8") as lines:
        rows = list(csv.reader(lines))[1:]
    return {int(first) * copies for rule, _, first in rows if rule.startswith("R")}


def pandas(path):
    """The tables as online_retail.py stores them, and the rows that each rule rejected first."""
    database = sqlite3.connect(path)
    tables = {name: database.execute(f"SELECT * FROM {name}").fetchall() for name in ANSWERS}
    return tables, {count for _, _, count in database.execute("SELECT * FROM rejected_per_rule")}


# table -> the view of the sample that answers it
VIEWS = {"revenue_country_day": "country_day", "daily_totals": "daily", "hourly": "hourly", "sliding60_15": "sliding"}


def millrace(path, quality):
    """As the embedded store keeps it: times in microseconds, money in thousandths, the encoded key first."""
    database = sqlite3.connect(path)
    tables = {}
    for name, view in VIEWS.items():
        moments = ANSWERS[name][1]
        rows = database.execute(f"SELECT * FROM {view}").fetchall()
        tables[name] = [tuple(str(datetime.fromtimestamp(cell // 10**6, timezone.utc).replace(tzinfo=None)) if i < moments else cell for i, cell in enumerate(row[1:]))
                        for row in rows]
    source = json.loads(quality)["quality"][0]
    return tables, {source["duplicates"], *(rule["acted"] for rule in source["rules"] if rule["acted"])}


def main(kind, path, folder, copies, *quality):
    tables, counts = {"pandas": pandas, "millrace": millrace}[kind](path, *quality)
    faults, total = [], 0
    for table, rows in tables.items():
        answer = set(expected(folder, table, copies))
        total += len(answer)
        found = set(rows)
        if len(found) != len(rows):
            faults.append(f"{table}: {len(rows) - len(found)} rows stand twice")
        faults += [f"{table}: absent {row}" for row in sorted(answer - found)[:3]] + [f"{table}: too much {row}" for row in sorted(found - answer, key=repr)[:3]]
    if counts != rejected(folder, copies):
        faults.append(f"rejected per rule: {sorted(counts)}, expected {sorted(rejected(folder, copies))}")
    if faults:
        sys.exit("\n".join(faults))
    print(f"{total} rows as expected")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), *sys.argv[5:])
