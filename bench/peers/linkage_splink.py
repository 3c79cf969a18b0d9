"""Links the files of a folder with Splink on DuckDB, by the models of Splink's own documentation, and says what it took.

Usage: linkage_splink.py FOLDER MODEL THREADS. Every CSV file of the folder is a data set with a column `row`, the number of its row. The persons
go to FOLDER/splink/THRESHOLD.csv as link-files writes them (file, record, person), and one line of JSON says the rest. The clock begins before
Splink is imported and stops when the persons and the links at .95 are written; the other thresholds come after it.

Models and settings are those of Splink's documentation of version 5 (docs/demos in its repository, the notebooks named below), with columns
that a set does not have left out of them. Where a set has no documented model the nearest is taken, and `source` says so. Nothing was set by
looking at how well a set came out.
"""
import json
import logging
import os
import resource
import sys
import time

begun = time.perf_counter()

from dataclasses import dataclass, field, replace

import duckdb
import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

# Those that the documentation links at: tutorial 05 (.2), the evaluations (.5), quick and dirty and link_only (.9), deduplicate_50k_synthetic
# and the reference of the clustering (.95), febrl4 (.99), the errors of deduplicate_50k_synthetic (.999).
THRESHOLDS = [.2, .5, .9, .95, .99, .999]
DEFAULT = .95


@dataclass
class Model:
    source: str
    columns: dict  # name: SQL over the file's own columns, which are text without blanks around it, null where empty
    blocking: list
    comparisons: list
    deterministic: list  # rules for the probability that two random records match
    recall: float  # of them
    sample: float  # pairs for the u probabilities
    training: list  # a blocking rule for each session of expectation maximisation
    training_frequencies: bool = False  # in those sessions too
    seed: int = 1
    least: float = .2  # pairs below this probability are not kept
    optional: list = field(default_factory=list)  # columns that some files of a set do not have


def without(model, column, source):
    """The model without anything that uses a column."""
    def uses(thing):
        made = thing if isinstance(thing, str) else json.dumps(thing.create_comparison_dict("duckdb") if hasattr(
            thing, "create_comparison_dict") else thing.create_blocking_rule_dict("duckdb") if not isinstance(thing, dict) else thing, default=str)
        return column in made
    keep = lambda things: [t for t in things if not uses(t)]
    return replace(model, source=source, columns={k: v for k, v in model.columns.items() if k != column}, blocking=keep(model.blocking),
                   comparisons=keep(model.comparisons), deterministic=keep(model.deterministic))


febrl = {c: c for c in ("given_name", "surname", "street_number", "address_1", "state", "postcode", "date_of_birth", "soc_sec_id")}

febrl3 = Model(
    source="examples/duckdb/febrl3",
    columns={c: c for c in febrl if c not in ("address_1", "state")},
    blocking=[block_on("soc_sec_id"), block_on("given_name"), block_on("surname"), block_on("date_of_birth"), block_on("postcode")],
    comparisons=[
        cl.NameComparison("given_name"),
        cl.NameComparison("surname"),
        cl.DateOfBirthComparison("date_of_birth", input_is_string=True, datetime_format="%Y%m%d"),
        cl.DamerauLevenshteinAtThresholds("soc_sec_id", [2]),
        cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
        cl.ExactMatch("postcode").configure(term_frequency_adjustments=True),
    ],
    deterministic=[
        block_on("soc_sec_id"),
        block_on("given_name", "surname", "date_of_birth"),
        "l.given_name = r.surname and l.surname = r.given_name and l.date_of_birth = r.date_of_birth",
    ],
    recall=.9, sample=1e6, seed=2, training=[block_on("date_of_birth"), block_on("postcode")], training_frequencies=True,
)

febrl4 = Model(
    source="examples/duckdb/febrl4, the detailed model",
    columns=febrl,
    blocking=[
        block_on("given_name", "surname"), "l.given_name = r.surname and l.surname = r.given_name", block_on("date_of_birth"),
        block_on("soc_sec_id"), block_on("state", "address_1"), block_on("street_number", "address_1"), block_on("postcode"),
    ],
    comparisons=[
        cl.NameComparison("given_name").configure(term_frequency_adjustments=True),
        cl.NameComparison("surname").configure(term_frequency_adjustments=True),
        cl.DateOfBirthComparison("date_of_birth", input_is_string=True, datetime_format="%Y%m%d", invalid_dates_as_null=True),
        cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]),
        cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
        cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]).configure(term_frequency_adjustments=True),
    ],
    deterministic=[block_on("soc_sec_id"), block_on("given_name", "surname", "date_of_birth")],
    recall=.8, sample=1e6, training=[block_on("date_of_birth"), block_on("postcode")],
)


def condition(sql, label):
    return {"sql_condition": sql, "label_for_charts": label}


def typed(column, *edits):
    """Exact with term frequency, then by edits, as the extended model of febrl4 compares its single columns."""
    return cl.CustomComparison(output_column_name=column, comparison_levels=[
        cll.NullLevel(column), cll.ExactMatchLevel(column, term_frequency_adjustments=True),
        *(cll.DamerauLevenshteinLevel(column, n) for n in edits), cll.ElseLevel()])


crossed = "jaro_winkler_similarity(given_name_l, surname_r) + jaro_winkler_similarity(surname_l, given_name_r) >= "
extended = replace(
    febrl4,
    source="examples/duckdb/febrl4, the extended model",
    columns={**febrl, "full_name": "given_name || '_' || surname"},
    comparisons=[
        cl.CustomComparison(output_column_name="names", comparison_levels=[
            {**condition("(given_name_l is null or given_name_r is null) and (surname_l is null or surname_r is null)", "none"), "is_null_level": True},
            cll.ExactMatchLevel("full_name", term_frequency_adjustments=True),
            cll.JaroWinklerLevel("full_name", .9),
            cll.JaroWinklerLevel("full_name", .7),
            cll.ColumnsReversedLevel("given_name", "surname"),
            condition(crossed + "1.8", "crossed, 1.8"),
            condition(crossed + "1.4", "crossed, 1.4"),
            cll.ExactMatchLevel("given_name", term_frequency_adjustments=True),
            cll.ExactMatchLevel("surname", term_frequency_adjustments=True),
            condition("given_name_l = surname_r or surname_l = given_name_r", "one name crossed"),
            cll.JaroWinklerLevel("given_name", .9),
            cll.JaroWinklerLevel("surname", .9),
            cll.ElseLevel(),
        ]),
        cl.DateOfBirthComparison("date_of_birth", input_is_string=True, datetime_format="%Y%m%d", invalid_dates_as_null=True),
        typed("soc_sec_id", 1, 2),
        typed("street_number", 1),
        typed("postcode", 1, 2),
    ],
    sample=1e7,
)

fake = Model(
    source="examples/duckdb/accuracy_analysis_from_labels_column",
    columns={"first_name": "first_name", "surname": "surname", "dob": "try_cast(dob as date)", "city": "city", "email": "email"},
    blocking=[block_on("first_name"), block_on("surname"), block_on("dob"), block_on("email")],
    comparisons=[
        cl.ForenameSurnameComparison("first_name", "surname"),
        cl.DateOfBirthComparison("dob", input_is_string=False),
        cl.ExactMatch("city").configure(term_frequency_adjustments=True),
        cl.EmailComparison("email"),
    ],
    deterministic=[
        "l.first_name = r.first_name and levenshtein(r.dob::varchar, l.dob::varchar) <= 1",
        "l.surname = r.surname and levenshtein(r.dob::varchar, l.dob::varchar) <= 1",
        "l.first_name = r.first_name and levenshtein(r.surname, l.surname) <= 2",
        "l.email = r.email",
    ],
    recall=.7, sample=1e6, seed=5, training=[block_on("dob"), block_on("email"), block_on("first_name", "surname")],
)

# Files of typed errors, each person at most once in a file, are febrl4's case. A telephone number is compared as its soc_sec_id is; city and gender
# exactly. Each field alone finds pairs, as in febrl3: more than febrl4's rules would.
multiparty = Model(
    source="none documented: comparisons and training of febrl4's detailed model, blocking of febrl3",
    columns={"given_name": "givenname", "surname": "surname", "born": "dob", "phone": '"phone number"', "city": "city", "gender": "gender"},
    optional=["city", "gender"],
    blocking=[block_on("given_name"), block_on("surname"), block_on("born"), block_on("phone"), "l.given_name = r.surname and l.surname = r.given_name"],
    comparisons=[
        cl.NameComparison("given_name").configure(term_frequency_adjustments=True),
        cl.NameComparison("surname").configure(term_frequency_adjustments=True),
        cl.DateOfBirthComparison("born", input_is_string=True, datetime_format="%d-%m-%Y", invalid_dates_as_null=True),
        cl.DamerauLevenshteinAtThresholds("phone", [1, 2]),
        cl.ExactMatch("city").configure(term_frequency_adjustments=True),
        cl.ExactMatch("gender"),
    ],
    deterministic=[block_on("phone"), block_on("given_name", "surname", "born")],
    recall=.8, sample=1e7, training=[block_on("born"), block_on("phone")],
)

senzing = Model(
    source="none documented: fake_1000's model with telephone, address and postcode, which that set has not",
    columns={"first_name": "forename", "surname": "surname", "dob": "try_cast(born as date)", "email": "email", "phone": "phone", "address": "address",
             "postcode": "postcode"},
    blocking=[*fake.blocking, block_on("phone"), block_on("address"), block_on("postcode")],
    comparisons=[
        cl.ForenameSurnameComparison("first_name", "surname"),
        cl.DateOfBirthComparison("dob", input_is_string=False),
        cl.EmailComparison("email"),
        cl.DamerauLevenshteinAtThresholds("phone", [1, 2]),
        cl.JaroWinklerAtThresholds("address", [.9, .8]),
        cl.ExactMatch("postcode").configure(term_frequency_adjustments=True),
    ],
    deterministic=fake.deterministic, recall=.7, sample=1e6, seed=5, training=fake.training,
)

# UK people of several agencies: the model for the 50,000 historical persons, with NHS number, telephone and sex in place of birthplace and occupation.
# Its blocking, of 50,000 people, is kept to about as many pairs as Throughline compares: at a million records its rule of postcode area and
# first name makes 83 million pairs by itself, and the one with surname 18 million, so both ask for a little more; the date of birth alone takes the
# place of its three rules of a date of birth and something else; number and telephone are added. Pairs below .9 are not kept, as in
# quick_and_dirty_persons: less memory.
people = Model(
    source="examples/duckdb/deduplicate_50k_synthetic, with NHS number, telephone and sex in place of birthplace and occupation",
    columns={"first_name": "forename", "surname": "surname", "whole_name": "forename || ' ' || surname", "dob": "dob", "postcode": "postcode",
             "nhs": "nhs_number", "phone": "phone", "sex": "sex"},
    blocking=[
        block_on("nhs"),
        block_on("phone"),
        block_on("dob"),
        block_on("substr(first_name,1,3)", "substr(surname,1,4)"),
        block_on("postcode", "first_name"),
        block_on("postcode", "surname"),
        block_on("substr(postcode,1,3)", "first_name", "substr(dob,1,4)"),
        block_on("substr(postcode,1,3)", "surname", "sex"),
        block_on("substr(first_name,1,2)", "substr(surname,1,2)", "substr(dob,1,4)"),
    ],
    comparisons=[
        cl.ForenameSurnameComparison("first_name", "surname", forename_surname_concat_col_name="whole_name"),
        cl.DateOfBirthComparison("dob", input_is_string=True),
        cl.PostcodeComparison("postcode"),
        cl.ExactMatch("nhs"),
        cl.ExactMatch("phone"),
        cl.ExactMatch("sex"),
    ],
    deterministic=[
        block_on("first_name", "surname", "dob"),
        block_on("substr(first_name,1,2)", "surname", "substr(postcode,1,2)"),
        block_on("dob", "postcode"),
    ],
    recall=.6, sample=1e7, training=[block_on("first_name", "surname"), block_on("dob")], least=.9,
)

MODELS = {
    "febrl3": febrl3,
    "febrl3-without": without(febrl3, "soc_sec_id", "examples/duckdb/febrl3, without soc_sec_id"),
    "febrl4": febrl4,
    "febrl4-without": without(febrl4, "soc_sec_id", "examples/duckdb/febrl4, the detailed model, without soc_sec_id"),
    "extended": extended,
    "extended-without": without(extended, "soc_sec_id", "examples/duckdb/febrl4, the extended model, without soc_sec_id"),
    "fake": fake,
    "multiparty": multiparty,
    "senzing": senzing,
    "people": people,
}


def load(db, folder, model):
    """A table of each file with the model's columns; their names are those of the files."""
    tables = {}
    for name in sorted(f for f in os.listdir(folder) if f.endswith(".csv")):
        path = os.path.join(folder, name)
        raw = f"read_csv('{path}', header = true, all_varchar = true, delim = ',', quote = '\"')"
        have = [c[0] for c in db.execute(f"describe select * from {raw}").fetchall()]
        trimmed = ", ".join(f"nullif(trim(\"{c}\"), '') as \"{c.strip()}\"" for c in have)
        named = {c.strip() for c in have}
        values = ", ".join(f"{'null::varchar' if c in model.optional and sql not in named else sql} as {c}" for c, sql in model.columns.items())
        table = f"file{len(tables)}"
        db.execute(f"create table {table} as select row::int as unique_id, {values} from (select {trimmed} from {raw})")
        tables[table] = name
    return tables


def main():
    folder, model, threads = sys.argv[1], MODELS[sys.argv[2]], int(sys.argv[3])
    stages, last = {}, begun

    def stage(name):
        nonlocal last
        now = time.perf_counter()
        stages[name], last = round(now - last, 2), now

    stage("start")
    db = duckdb.connect()
    db.execute(f"set threads = {threads}")
    tables = load(db, folder, model)
    stage("read")
    api = DuckDBAPI(connection=db)
    linker = Linker([api.register(t, dataset_display_name=f"{t}_in") for t in tables], SettingsCreator(
        link_type="dedupe_only" if len(tables) == 1 else "link_only", blocking_rules_to_generate_predictions=model.blocking, comparisons=model.comparisons),
        log_level=logging.ERROR)
    linker.training.estimate_probability_two_random_records_match(model.deterministic, recall=model.recall)
    linker.training.estimate_u_using_random_sampling(max_pairs=model.sample, seed=model.seed)
    stage("u")
    for rule in model.training:
        linker.training.estimate_parameters_using_expectation_maximisation(
            rule, estimate_without_term_frequencies=not model.training_frequencies)
    stage("train")
    blocked = linker.inference.compute_blocked_pairs_for_predict()
    pairs = db.execute(f"select count(*) from {blocked.physical_name}").fetchone()[0]
    stage("block")
    predictions = linker.inference.predict(threshold_match_probability=model.least)
    stage("predict")

    os.makedirs(os.path.join(folder, "splink"))

    def persons(threshold):
        found = linker.clustering.cluster_pairwise_predictions_at_threshold(predictions, threshold_match_probability=threshold)
        source = "source_dataset" if len(tables) > 1 else "'file0_in'"
        names = " ".join(f"when '{t}_in' then '{name}'" for t, name in tables.items())
        db.execute(f"copy (select case {source} {names} end as file, unique_id as record, cluster_id as person from {found.physical_name}) "
                   f"to '{os.path.join(folder, 'splink', f'{threshold}.csv')}' (header)")

    persons(DEFAULT)
    stage("join")
    sources = "source_dataset_l, source_dataset_r, " if len(tables) > 1 else ""
    db.execute(f"copy (select {sources}unique_id_l, unique_id_r, match_weight, match_probability from {predictions.physical_name} "
               f"where match_probability >= {DEFAULT}) to '{os.path.join(folder, 'splink', 'links')}' (format csv, header)")
    stage("links")
    told = {"source": model.source, "pairs": pairs, "seconds": time.perf_counter() - begun, "processor_seconds": time.process_time(),
            "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "stages": stages,
            "thresholds": [t for t in THRESHOLDS if t >= model.least]}
    for t in told["thresholds"]:
        if t != DEFAULT:
            persons(t)
    os.sync()  # so that nothing of this is left to be done beside what is measured next
    print(json.dumps(told))


main()
