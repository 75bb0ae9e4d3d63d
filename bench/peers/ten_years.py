#!/usr/bin/python3
"""Ten years of the online shop from its one: the file ten times, each copy later and with other invoice numbers.

usage: ten_years.py online_retail.csv.gz TARGET.csv

A copy begins 378 days (54 weeks) after the one before: the file spans 374, so time stays in order and weekdays
stay the same. Invoice numbers go up by 46,000 a copy: they span 45,223, so none is used twice, and they keep six digits
behind their prefix letter. All other bytes stay as they are.
"""
import gzip
import os
import sys
from datetime import date, timedelta

COPIES, DAYS, INVOICES = 10, 378, 46_000


def main(source, target):
    with gzip.open(source, "rt", encoding="utf-8", newline="") as file:
        header, *lines = file.read().split("\n")
    lines = [line for line in lines if line]
    with open(target + ".part", "w", encoding="utf-8", newline="") as file:
        file.write(header + "\n")
        for copy in range(COPIES):
            file.writelines(shifted(lines, copy))
    os.replace(target + ".part", target)


def shifted(lines, copy):
    days = {}
    for line in lines:
        invoice, rest = line.split(",", 1)
        prefix, number = (invoice[0], invoice[1:]) if not invoice[0].isdigit() else ("", invoice)
        # The date stands before the last three fields, none of which can hold a comma except a quoted country: there is none.
        front, moment, price, customer, country = rest.rsplit(",", 4)
        day, clock = moment.split(" ")
        if day not in days:
            days[day] = (date.fromisoformat(day) + timedelta(days=DAYS * copy)).isoformat()
        yield f"{prefix}{int(number) + INVOICES * copy:06d},{front},{days[day]} {clock},{price},{customer},{country}\n"


if __name__ == "__main__":
    main(*sys.argv[1:])
