#!/usr/bin/python3
"""The online shop's whole job in pandas: read, clean, group five ways, store. The peer of the benchmark online-retail.

usage: online_retail.py CSV[.gz] RESULT.sqlite [category]

Does what the pipeline does: rules R1 to R4 in order, the first that applies rejects the row; then revenue by country
and day, daily totals, tumbling hours, windows of 60 minutes every 15 for December 2010, and the rejected rows per
rule. Money is counted in thousandths of a pound, as integers, so that it adds up exactly.

Texts are read as strings, as most people would; with `category` as categories, which makes pandas work on integers
and is the fastest form that was found.
"""
import os
import sqlite3
import sys

import pandas as pd

TEXTS = ["InvoiceNo", "StockCode", "Description", "CustomerID", "Country"]
QUARTER, HOUR = pd.Timedelta(minutes=15), pd.Timedelta(hours=1)


def read(path, text):
    return pd.read_csv(path, dtype=dict.fromkeys(TEXTS, text), parse_dates=["InvoiceDate"])


def clean(df):
    rules = {
        "R1_duplicate": df.duplicated(),
        "R2_invoice_not_six_digits": ~df["InvoiceNo"].str.fullmatch("[0-9]{6}"),
        "R3_quantity_not_positive": df["Quantity"] <= 0,
        "R4_price_not_positive": df["UnitPrice"] <= 0,
    }
    good = pd.Series(True, index=df.index)
    rejected = []
    for name, hit in rules.items():
        rejected.append((name, hit.sum(), (hit & good).sum()))
        good &= ~hit
    return df[good], pd.DataFrame(rejected, columns=["rule", "rows_matching", "rows_rejected"])


def analyse(df):
    lines = pd.DataFrame({
        "at": df["InvoiceDate"], "day": df["InvoiceDate"].dt.floor("D"), "hour": df["InvoiceDate"].dt.floor("H"), "country": df["Country"],
        "units": df["Quantity"], "revenue": (df["UnitPrice"] * 1000).round().astype("int64") * df["Quantity"],
        # Distinct numbers are counted faster than distinct texts. NaN stays NaN: a row without customer counts towards none.
        "invoice": codes(df["InvoiceNo"]), "product": codes(df["StockCode"]), "customer": codes(df["CustomerID"])})

    yield "revenue_country_day", grouped(lines, ["day", "country"], lines=("units", "size"), orders=("invoice", "nunique"),
                                         units=("units", "sum"), revenue=("revenue", "sum"))
    yield "daily_totals", grouped(lines, ["day"], lines=("units", "size"), orders=("invoice", "nunique"), distinct_customers=("customer", "nunique"),
                                  distinct_products=("product", "nunique"), units=("units", "sum"), revenue=("revenue", "sum"))
    yield "hourly", grouped(lines, ["hour"], lines=("units", "size"), units=("units", "sum"), revenue=("revenue", "sum"), max_line=("revenue", "max"))
    yield "sliding60_15", sliding(lines[(lines["at"] >= "2010-12-01") & (lines["at"] < "2011-01-01")])


def codes(column):
    numbers = column.cat.codes if column.dtype == "category" else pd.Series(pd.factorize(column)[0], index=column.index)
    return numbers.where(numbers >= 0)


def grouped(rows, keys, **aggregates):
    return rows.groupby(keys, observed=True).agg(**aggregates).reset_index()


def sliding(lines):
    # Panes of 15 minutes; each belongs to the four windows that begin up to 45 minutes before it.
    panes = grouped(lines.assign(pane=lines["at"].dt.floor(QUARTER)), ["pane"], lines=("units", "size"), units=("units", "sum"), revenue=("revenue", "sum"))
    windows = pd.concat([panes.assign(window_start=panes["pane"] - k * QUARTER) for k in range(4)])
    result = grouped(windows, ["window_start"], lines=("lines", "sum"), units=("units", "sum"), revenue=("revenue", "sum"))
    result.insert(1, "window_end", result["window_start"] + HOUR)
    return result


def store(path, tables):
    if os.path.exists(path):
        os.remove(path)
    with sqlite3.connect(path) as database:
        for name, table in tables:
            table.to_sql(name, database, index=False)


if __name__ == "__main__":
    source, target, *text = sys.argv[1:]
    accepted, rejected = clean(read(source, *text or [str]))
    store(target, [("rejected_per_rule", rejected), *analyse(accepted)])
