"""Prices contacts in DuckDB by the rules of internal/cost, in exact whole numbers, and compares every sum with Throughline's.

Usage: footprints_duckdb.py FOLDER THREADS. The folder is written by BenchmarkFootprintsBesideDuckDB. Loading the files is not timed.
"""
import resource
import sys
import time

import duckdb

folder, threads = sys.argv[1], int(sys.argv[2])
db = duckdb.connect()
db.execute(f"set threads = {threads}")
db.execute("set preserve_insertion_order = false")

whole = {"price": "hugeint", "price_of": "hugeint", "own": "hugeint", "own_of": "hugeint"}
for name, types in {
    "contacts": {"contact": "int", "person": "int", "code": "int", "first": "int", "last": "int", "quantity": "bigint", "own": "bigint"},
    "codes": {"code": "int", "sums": "int", "counts": "int", "per": "int", **whole, "own_by_year": "int"},
    "days": {"day": "int", "month": "int", "piece": "int", "grown": "hugeint", "grown_of": "hugeint"},
    "window": {"first": "int", "last": "int"},
    "our_months": {"person": "int", "month": "int", "sums": "int", "contacts": "bigint", "amount": "bigint"},
    "our_shares": {"person": "int", "sums": "int", "contacts": "bigint", "quantity": "bigint", "days": "bigint", "amount": "bigint"},
}.items():
    columns = ", ".join(f"'{c}': '{t}'" for c, t in types.items())
    db.execute(f"create table \"{name}\" as select * from read_csv('{folder}/{name}.csv', header = true, columns = {{{columns}}})")
first, last = db.execute('select first, last from "window"').fetchone()

# Half to even, of whole numbers.
db.execute("""create macro nearest(n, d) as (n // d) +
    case when 2 * (n % d) > d or (2 * (n % d) = d and (n // d) % 2 = 1) then 1 else 0 end""")

begun = time.perf_counter()
db.execute(f"""
create temp table lines as
with charged as (
  select t.*, k.sums, k.counts, k.per, k.price, k.price_of, k.own as factor, k.own_of as factor_of, k.own_by_year,
    case when t.last = 0 then t.first when k.counts = 1 then greatest(t.first, t.last - 1) else t.last end as until
  from contacts t join codes k using (code)
), cut as (
  select *, greatest(first, {first}) as since, least(until, {last}) as upto, (until - first + 1)::hugeint as whole,
    case when quantity = 0 then 1000 else quantity end::hugeint as units
  from charged where greatest(first, {first}) <= least(until, {last})
), reckoned as (
  select c.*, (upto - since + 1)::hugeint as inside,
    case when own_by_year = 1 then d.grown else factor end as num, case when own_by_year = 1 then d.grown_of else factor_of end as den
  from cut c left join days d on d.day = c.first
)
select contact, person, sums, since, upto, inside::int as inside,
  case when counts = 0 then nearest(units * inside, per * whole) when last = 0 then units else inside * 1000 end::bigint as quantity,
  case when own is not null and factor > 0 then nearest(own::hugeint * num * inside, den * whole)
    when counts = 0 then nearest(price * units * inside, price_of * 1000 * per * whole)
    when last = 0 then nearest(price * units, price_of * 1000 * per)
    else nearest(price * inside, price_of * per) end::bigint as amount
from reckoned
where (own is not null and factor > 0 and num > 0)
  or (not (own is not null and factor > 0) and price > 0 and not (quantity < 0 or (quantity = 0 and counts = 0 and per <> 1)))
""")
db.execute("""
create temp table shares as
select person, sums, count(*) as contacts, sum(quantity)::bigint as quantity, sum(inside)::bigint as days, sum(amount)::bigint as amount
from lines group by all
""")
# A line over several months is laid over them by days; the pence left over go to the largest remainders, the earliest first.
db.execute("""
create temp table months as
with placed as (
  select l.*, f.piece as first_piece, f.month as first_month, u.piece as last_piece from lines l join days f on f.day = l.since join days u on u.day = l.upto
), pieces as (
  select piece, min(month) as month, min(day) as opens, max(day) as ends from days group by piece
), spread as (
  select p.contact, p.person, p.sums, p.amount, p.inside, q.piece, q.month, q.piece = p.first_piece as begins,
    (least(q.ends, p.upto) - greatest(q.opens, p.since) + 1)::hugeint as share
  from placed p join pieces q on q.piece between p.first_piece and p.last_piece where p.first_piece <> p.last_piece
), floors as (
  select *, (amount * share) // inside as part, (amount * share) % inside as rest from spread
), ranked as (
  select *, row_number() over (partition by contact order by rest desc, piece) as place, amount - sum(part) over (partition by contact) as over from floors
), parts as (
  select person, month, sums, begins::int as contacts, part + case when place <= over then 1 else 0 end as amount from ranked
  union all
  select person, first_month, sums, 1, amount from placed where first_piece = last_piece
)
select person, month, sums, sum(contacts)::bigint as contacts, sum(amount)::bigint as amount from parts group by all
having sum(contacts) > 0 or sum(amount) <> 0
""")
took = time.perf_counter() - begun

rows, total = db.execute("select count(*), sum(amount) from lines").fetchone()
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
contacts = db.execute("select count(*) from contacts").fetchone()[0]
print(f"DuckDB {duckdb.__version__}, {threads} threads: {contacts} contacts in {took:.3f} s ({contacts / took:.0f} a second), {rows} lines, "
      f"£{total / 100:,.2f}; at most {memory} MiB with the files' tables")
wrong = 0
for ours, theirs in (("our_months", "months"), ("our_shares", "shares")):
    columns = ", ".join(c[0] for c in db.execute(f"describe {ours}").fetchall())
    n = db.execute(f"select count(*) from {ours}").fetchone()[0]
    missing = db.execute(f"select count(*) from (select {columns} from {ours} except all select {columns} from {theirs})").fetchone()[0]
    extra = db.execute(f"select count(*) from (select {columns} from {theirs} except all select {columns} from {ours})").fetchone()[0]
    print(f"{theirs}: {n} sums of ours, {missing} that DuckDB does not have, {extra} of DuckDB's that are not ours")
    wrong += missing + extra
    if n == 0:
        wrong += 1
sys.exit(1 if wrong else 0)
