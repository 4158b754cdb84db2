"""The operations of a plan in pandas, and whether they give the same: cases as lines of JSON on standard input."""
import json
import sys
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pandas as pd


def cell(c):
    if c is None:
        return None
    if "n" in c:
        return Decimal(c["n"])
    return date.fromisoformat(c["d"]) if "d" in c else c["t"]


def frame(columns):
    return pd.DataFrame({name: pd.Series([cell(c) for c in cells], dtype=object) for name, cells in columns})


def null(v):
    return v is None or v is pd.NaT or (isinstance(v, float) and v != v)


def passes(v, test):
    kind, want = test["is"], test.get("value")
    if kind in ("empty", "not_empty"):
        return null(v) == (kind == "empty")
    if null(v):
        return False
    low = lambda x: x.lower() if isinstance(x, str) else x
    if kind == "one_of":
        return low(v) in [low(w) for w in want]
    if isinstance(v, date):
        want = date.fromisoformat(want)
    v, want = low(v), low(want)
    return {
        "less": lambda: v < want, "at_most": lambda: v <= want, "more": lambda: v > want,
        "at_least": lambda: v >= want, "equal": lambda: v == want, "not_equal": lambda: v != want,
        "contains": lambda: want in v, "starts_with": lambda: v.startswith(want),
    }[kind]()


def worked(function, values):
    values = [v for v in values if not null(v)]
    if function == "count":
        return Decimal(len(values))
    if function == "count_distinct":
        return Decimal(len(set(values)))
    if function == "sum":
        return sum(values, Decimal(0))
    if not values:
        return None
    s = sorted(values)
    return {
        "first": lambda: values[0], "last": lambda: values[-1], "min": lambda: s[0], "max": lambda: s[-1],
        "mean": lambda: sum(values) / len(values), "range": lambda: s[-1] - s[0],
        "median": lambda: (s[(len(s) - 1) // 2] + s[len(s) // 2]) / 2,
    }[function]()


def aggregate(rows, one):
    return worked(one["function"], list(rows[one["column"]])) if "column" in one else Decimal(len(rows))


def name(one):
    return one.get("name") or " ".join([one["function"]] + ([one["column"]] if "column" in one else []))


def derived(row, expression):
    count, price = row["count"], row["price"]
    if expression.startswith("if"):
        return price if not null(count) and count > 3 else None if null(price) else -price
    if expression.startswith("round"):
        return None if null(price) else (price / 4).quantize(Decimal("0.1"), ROUND_HALF_UP)
    if null(count) or null(price):
        return None
    return count * price + 1 if "*" in expression else price - count


def sort(df, by):
    for key in reversed(by):
        filled = rows(df, [not null(v) for v in df[key["column"]]])
        empty = rows(df, [null(v) for v in df[key["column"]]])
        order = sorted(range(len(filled)), key=lambda i: filled[key["column"]].iloc[i])
        if key.get("descending"):
            # Largest first, equal ones in their order.
            order = sorted(range(len(filled) - 1, -1, -1), key=lambda i: filled[key["column"]].iloc[i])[::-1]
        df = pd.concat([filled.iloc[order], empty])
    return df


def rows(df, fits):
    return df.loc[pd.Series([bool(f) for f in fits], index=df.index, dtype=bool)]


def step(df, s, rates):
    op = s["op"]
    if op == "filter":
        fits = any if s.get("any") else all
        keep = [fits(passes(row[t["column"]], t) for t in s["conditions"]) for _, row in df.iterrows()]
        return rows(df, keep)
    if op == "sort":
        return sort(df, s["by"])
    if op == "top":
        return df.head(s["count"])
    if op == "bottom":
        return df.tail(s["count"])
    if op == "extreme":
        values = [v for v in df[s["column"]] if not null(v)]
        best = (min if s.get("smallest") else max)(values) if values else None
        return rows(df, [not null(v) and v == best for v in df[s["column"]]])
    if op == "fill":
        df = df.copy()
        df[s["column"]] = df[s["column"]].ffill() if s["with"] == "previous" else df[s["column"]].bfill()
        return df
    if op == "deduplicate":
        return df.drop_duplicates(subset=s["columns"])
    if op == "clean":
        df = df.copy()
        df[s["column"]] = df[s["column"]].map(lambda v: v if null(v) else getattr(v, s["how"])())
        return df
    if op == "group":
        if not s["by"]:
            return pd.DataFrame({name(a): pd.Series([aggregate(df, a)], dtype=object) for a in s["aggregates"]})
        made = []
        for key, part in df.groupby(s["by"], sort=False, dropna=False):
            made.append(list(key) + [aggregate(part, a) for a in s["aggregates"]])
        return pd.DataFrame(made, columns=s["by"] + [name(a) for a in s["aggregates"]], dtype=object)
    if op == "pivot":
        values = sorted({v for v in df[s["column"]] if not null(v)})
        made = []
        for key, part in df.groupby(s["rows"], sort=False, dropna=False):
            parts = [rows(part, [v == w for w in part[s["column"]]]) for v in values]
            made.append(list(key) + [aggregate(p, s["value"]) if len(p) else None for p in parts])
        return pd.DataFrame(made, columns=s["rows"] + values, dtype=object)
    if op == "unpivot":
        others = [c for c in df.columns if c not in s["keep"]]
        made = [[row[k] for k in s["keep"]] + [c, row[c]] for _, row in df.iterrows() for c in others]
        return pd.DataFrame(made, columns=s["keep"] + [s["name"], s["value"]], dtype=object)
    if op == "derive":
        df = df.copy()
        df[s["name"]] = pd.Series([derived(row, s["expression"]) for _, row in df.iterrows()], df.index, dtype=object)
        return df
    assert op == "join"
    df = df.reset_index(drop=True)
    matched = df.merge(rows(rates, [not null(v) for v in rates["code"]]), how="left" if s["keep"] else "inner",
                       left_on="kind", right_on="code")
    return matched.drop(columns=["code"])


def same(a, b):
    if null(a) or null(b):
        return null(a) and null(b)
    if isinstance(a, Decimal) and isinstance(b, Decimal):
        # Quotients without an end differ in how many digits are kept.
        return a == b or abs(a - b) <= abs(a) * Decimal("1e-20")
    return a == b


bad = count = 0
for line in sys.stdin:
    case = json.loads(line, parse_float=Decimal, parse_int=Decimal)
    for s in case["plan"]["steps"]:
        if "count" in s:
            s["count"] = int(s["count"])
    df, rates = frame(case["table"]), frame(case["rates"])
    for s in case["plan"]["steps"]:
        df = step(df, s, rates)
    want, got = df, frame(case["result"])
    count += 1
    fits = list(want.columns) == list(got.columns) and len(want) == len(got)
    fits = fits and all(same(a, b) for c in want.columns for a, b in zip(want[c], got[c]))
    if not fits:
        bad += 1
        print("plan", case["number"], json.dumps(case["plan"], default=str), "\nwanted", want.to_csv(), "got", got.to_csv())
print(f"{count - bad} of {count} plans give the same")
sys.exit(bad > 0 or count == 0)
