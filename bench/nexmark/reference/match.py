"""The four questions on patterns (cep0 to cep3), answered by trying: match.py NAME bid.csv ANSWER

Bids of one bidder on one auction, in the order of their times, equal times by price. From each start the longest way through the pattern is tried first,
then shorter ones, as SQL:2016 has it. Python computes with exact integers; a mean has six digits, rounded half away from zero.
"""
import csv
import sys
from datetime import datetime, timezone
from itertools import groupby

TIME, PRICE = 0, 1


class Pattern:
    """Variables in their order, each with the least and the most rows it takes and the condition on a row; what is told; where to go on."""

    def __init__(self, variables, measures, skip, within=None):
        self.variables, self.measures, self.skip, self.within = variables, measures, skip, within

    def match(self, rows, start):
        """The rows of each variable, or None."""
        return self._match(rows, start, start, 0, {})

    def _match(self, rows, start, at, place, taken):
        if place == len(self.variables):
            return dict(taken)
        name, least, most, holds = self.variables[place]
        mine = taken[name] = []
        while len(mine) < most and at + len(mine) < len(rows):
            row = rows[at + len(mine)]
            if self.within is not None and row[TIME] - rows[start][TIME] >= self.within:
                break
            mine.append(row)
            if not holds(taken):
                mine.pop()
                break
        longest = list(mine)
        for count in range(len(longest), least - 1, -1):
            taken[name] = longest[:count]
            found = self._match(rows, start, at + count, place + 1, taken)
            if found is not None:
                return found
        del taken[name]
        return None


ONE = (1, 1)
MANY = (1, sys.maxsize)
ANY = (0, sys.maxsize)


def last(rows, back=0):
    return rows[-1 - back][PRICE] if len(rows) > back else None


def is_down(t):
    down, before = t['DOWN'][-1][PRICE], last(t['DOWN'], 1)
    return down < t['START'][0][PRICE] if before is None else down < before


def is_up(t):
    before = last(t['DOWN'], 1)
    return before is not None and t['UP'][-1][PRICE] > before


def is_cheap(t):
    return sum(r[PRICE] for r in t['A']) < 10000 * len(t['A'])


def mean6(rows):
    total, n = sum(r[PRICE] for r in rows), len(rows)
    millionths = (total * 2000000 + n) // (2 * n)
    return f'{millionths // 1000000}.{millionths % 1000000:06d}'


def cheap_run(skip):
    return Pattern([('A', *MANY, is_cheap), ('B', *ONE, lambda t: True)], lambda t: (t['A'][0][TIME], t['A'][-1][TIME], mean6(t['A'])), skip)


def past_last(start, taken):
    return start + sum(len(rows) for rows in taken.values())


PATTERNS = {
    'cep0': Pattern([('START', *ONE, lambda t: True), ('DOWN', *MANY, is_down), ('UP', *ONE, is_up)],
                    lambda t: (t['START'][0][TIME], t['DOWN'][-1][TIME], t['UP'][-1][TIME]), lambda start, t: past_last(start, t) - 1),
    'cep1': cheap_run(past_last),
    'cep2': cheap_run(lambda start, t: start + 1),
    'cep3': Pattern([('A', *ONE, lambda t: True), ('B', *ANY, lambda t: t['B'][-1][PRICE] > t['A'][0][PRICE] - 50), ('C', *ONE, lambda t: t['C'][0][PRICE] < t['A'][0][PRICE] - 50)],
                    lambda t: (t['C'][0][TIME], t['A'][0][PRICE] - t['C'][0][PRICE]), past_last, within=5_000_000),
}


def micros(text):
    return int(datetime.strptime(text, '%Y-%m-%d %H:%M:%S.%f').replace(tzinfo=timezone.utc).timestamp() * 1000 + 0.5) * 1000


def main(name, bids, answer):
    pattern = PATTERNS[name]
    with open(bids, encoding='utf-8', newline='') as file:
        rows = [((int(r['auction']), int(r['bidder'])), micros(r['dateTime']), int(r['price'])) for r in csv.DictReader(file, quoting=csv.QUOTE_NONE)]
    rows.sort()
    with open(answer, 'w', encoding='utf-8') as file:
        for (auction, bidder), partition in groupby(rows, key=lambda r: r[0]):
            partition = [r[1:] for r in partition]
            start = 0
            while start < len(partition):
                taken = pattern.match(partition, start)
                if taken is None:
                    start += 1
                    continue
                file.write('|'.join(map(str, (auction, bidder, *pattern.measures(taken)))) + '\n')
                start = pattern.skip(start, taken)


main(*sys.argv[1:])
