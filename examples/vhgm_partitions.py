"""An exported model (`vhgm export`) on parts of a table: what `vhgm impute --key` and `vhgm generate` give, part by part.

A row's result depends on the row, its key and the seed, never on the part that it comes in, so parts can be cut and repeated at
will. Needs numpy, pyarrow and onnxruntime.
"""
import argparse
import contextlib
import datetime
import functools
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unicodedata

import numpy as np
import onnxruntime as ort
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

WORD = 0xFFFFFFFF


# The random numbers of src/base/random.ts: xoshiro128** seeded through splitmix32, one stream per row.

def mix(z):
    z = ((z ^ (z >> 16)) * 0x85EBCA6B) & WORD
    z = ((z ^ (z >> 13)) * 0xC2B2AE35) & WORD
    return z ^ (z >> 16)


def hash_text(text, seed):
    """FNV-1a over UTF-16 code units, finalised."""
    h = (0x811C9DC5 ^ seed) & WORD
    units = text.encode("utf-16-le")
    for low, high in zip(units[::2], units[1::2]):
        h = ((h ^ (low | high << 8)) * 0x01000193) & WORD
    return mix(h)


def uniforms(seeds, streams, count):
    """(rows, count) the first uniforms of the stream `streams[i]` of the seed `seeds[i]`."""
    state = np.empty((4, len(seeds)), np.uint32)
    for i, (seed, words) in enumerate(zip(seeds, streams)):
        h = seed & WORD
        for word in words:
            h = mix(h ^ mix((word + 0x9E3779B9) & WORD))
        for k in range(4):
            h = (h + 0x9E3779B9) & WORD
            state[k, i] = mix(h)
    s0, s1, s2, s3 = state
    out = np.empty((len(seeds), count))
    rotate = lambda x, k: (x << np.uint32(k)) | (x >> np.uint32(32 - k))
    for k in range(count):
        out[:, k] = (rotate(s1 * np.uint32(5), 7) * np.uint32(9) + 0.5) / 4294967296
        t = s1 << np.uint32(9)
        s2, s3 = s2 ^ s0, s3 ^ s1
        s1, s0 = s1 ^ s2, s0 ^ s3
        s2, s3 = s2 ^ t, rotate(s3, 11)
    return out


# Cells

def text_of(value):
    """A cell as vhgm reads it from Parquet: 2 for 2.0."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e21:
        return str(int(value))
    return str(value)


def number_of(text):
    try:
        return float(text)
    except ValueError:
        return None


def fold(text):
    """What spellings of one text share."""
    return " ".join(unicodedata.normalize("NFKC", text).split()).lower()


MISSING = {"", "NA", ".", "NaN", "nan", "NAN", "-NaN", "-nan", "N/A", "n/a", "#N/A", "<NA>", "<na>", "null", "NULL", "Null", "None", "none", "NONE"}


class Attribute:
    """One column: reads cells as the graph takes them (levels by their index), and writes the graph's values as cells."""

    def __init__(self, entry):
        self.grid = entry.pop("cells", None)
        self.__dict__.update(entry)
        self.levels = entry.get("levels")
        self.comma = entry.get("decimal") == ","
        self.ruled = any(rule in entry for rule in ("applies_when", "equals", "less_than"))
        self.codes = set(entry.get("missing", []))
        self.code_numbers = {number_of(code) for code in self.codes} - {None}
        if self.levels is None:
            self.step = entry.get("resolution")
            if self.type == "date":
                self.step = min(self.step or 1, 1)
            # The step as whole units of 10^-decimals, so that multiples of .1 are the numbers that are written with one decimal.
            mantissa, _, exponent = f"{self.step or 1:.15g}".partition("e")
            self.decimals = max(0, len(mantissa.partition(".")[2]) - int(exponent or 0))
            self.units = round((self.step or 1) * 10**self.decimals)
            self.low, self.high = entry.get("min", -np.inf), entry.get("max", np.inf)
        else:
            self.place_of = {level: k for k, level in enumerate(self.levels)}
            self.number_place = {number_of(level): k for k, level in reversed(list(enumerate(self.levels))) if number_of(level) is not None}
            folded = [fold(level) for level in self.levels]
            self.spelling_place = {text: k for k, text in enumerate(folded) if folded.count(text) == 1}

    def is_hole(self, text):
        t = text.strip()
        if t in self.codes or number_of(t) in self.code_numbers and number_of(t) is not None:
            return True
        return t in MISSING and not (self.levels and text in self.levels and t != "")

    def read(self, column):
        """(rows,) values, NaN where there is none, and which cells are holes: a text that is no level is neither."""
        values, holes = np.full(len(column), np.nan), np.ones(len(column), bool)
        for i, value in enumerate(column.to_pylist()):
            if value is None or value != value:
                continue
            text = text_of(value)
            holes[i] = self.is_hole(text)
            if not holes[i]:
                values[i] = self.value_of(text)
        return values, holes

    def value_of(self, text):
        if self.levels is None:
            try:
                number = text if not self.comma else "" if "." in text else text.replace(",", ".", 1)
                return float((datetime.date.fromisoformat(text.strip()) - datetime.date(1970, 1, 1)).days) if self.type == "date" else float(number)
            except ValueError:
                raise ValueError(f"'{text}' in column '{self.name}' is no {'date' if self.type == 'date' else 'number'}.") from None
        t = text.strip()
        return float(self.place_of.get(text, self.place_of.get(t, self.number_place.get(number_of(t), self.spelling_place.get(fold(text), np.nan)))))

    def recorded(self, x):
        """Rounded to the resolution, inside the support; levels stay."""
        if self.levels is not None:
            return x
        if self.step is None:
            return np.clip([float(f"{v:.8g}") for v in x], self.low, self.high)
        steps = np.maximum(np.ceil(self.low / self.step - 1e-9), np.minimum(np.floor(self.high / self.step + 1e-9), np.floor(x / self.step + 0.5)))
        rounded = steps * self.units / 10**self.decimals
        inside = (rounded >= self.low - 1e-9 * self.step) & (rounded <= self.high + 1e-9 * self.step)
        return np.where(inside, rounded, np.clip(x, self.low, self.high)) + 0.0

    def output_type(self, given):
        """Whole numbers stay whole where every value that can be filled in is."""
        whole = self.levels is None and self.type != "date" and self.step and all(float(end).is_integer() for end in (self.step, self.low, self.high) if np.isfinite(end))
        numeric = self.levels is None and self.type != "date" and not pa.types.is_string(given) and not pa.types.is_large_string(given)
        return pa.float64() if numeric and not (whole and pa.types.is_integer(given)) else given

    def invented_type(self):
        if self.levels is not None or self.type == "date" or self.comma:
            return pa.string()
        return pa.int64() if self.step and float(self.step).is_integer() else pa.float64()

    def cells(self, values, type):
        """Values as cells of a column of that type."""
        if self.levels is not None:
            texts = pa.array([self.levels[int(v)] for v in values], pa.string())
            return texts.cast(type)
        if self.type == "date":
            days = [datetime.date(1970, 1, 1) + datetime.timedelta(days=int(v)) for v in values]
            return pa.array(days, pa.date32()).cast(type) if not pa.types.is_string(type) else pa.array([day.isoformat() for day in days], type)
        if pa.types.is_string(type) or pa.types.is_large_string(type):
            return pa.array([text_of(float(v)).replace(".", "," if self.comma else ".") for v in values], type)
        return pa.array(values, pa.float64()).cast(type)


class Model:
    """An exported model. One session of one thread in batches of a multiple of eight rows: so a row's bits don't depend on its part."""

    def __init__(self, folder):
        folder = pathlib.Path(folder)
        schema = json.loads((folder / "schema.json").read_text(encoding="utf-8"))
        self.attributes = [Attribute(entry) for entry in schema["attributes"]]
        self.names = [a.name for a in self.attributes]
        self.schema, self.folder = schema, folder
        self.members, self.rounds = schema["members"], schema.get("rounds")

    @functools.cached_property
    def session(self):
        ruled = [a.name for a in self.attributes if a.ruled]
        if ruled:
            raise ValueError(f"The model obeys rules ({', '.join(ruled[:5])}), which the graph does not know: use vhgm itself.")
        if any(a.type == "date" and a.step < 1 for a in self.attributes):
            raise ValueError("The model has dates with a time of day, which this example does not write: use vhgm itself.")
        options = ort.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        return ort.InferenceSession(self.folder / self.schema["graph"], options, providers=["CPUExecutionProvider"])

    def run(self, values, outputs, batch=128):
        parts = []
        for start in range(0, len(values), batch):
            rows = values[start : start + batch]
            filled = np.concatenate([rows, np.full((-len(rows) % 8, rows.shape[1]), np.nan)])
            parts.append([out[: len(rows)] for out in self.session.run(outputs, {"values": filled})])
        return [np.concatenate(out) for out in zip(*parts)]

    def column_of(self, attribute, columns):
        """The name under which a table has an attribute, or None."""
        if attribute.name in columns:
            return attribute.name
        alias = next((c for c in columns if c in getattr(attribute, "aliases", [])), None)
        converted = next((c["column"] for c in getattr(attribute, "conversions", []) if c["column"] in columns), None)
        if alias is None and converted is not None:
            raise ValueError(f"Column '{converted}' holds {attribute.name} in another unit: use vhgm itself, or convert it first.")
        return alias

    def output_schema(self, schema):
        """Columns of a completed table."""
        types = {self.column_of(a, schema.names): a for a in self.attributes}
        return pa.schema([pa.field(f.name, types[f.name].output_type(f.type) if f.name in types else f.type) for f in schema])

    def complete(self, table, key, seed=1, draw=None, rounds=24):
        """Fills the holes of a table: by best points, or by the draw of this number (from 0)."""
        if key not in table.column_names:
            raise ValueError(f"The key column '{key}' is not in the table.")
        if draw is not None and self.members > 1:
            raise ValueError(f"Draws come from one network at a time, and this model averages {self.members}: use vhgm itself.")
        columns = [self.column_of(a, table.column_names) for a in self.attributes]
        values = np.full((table.num_rows, len(columns)), np.nan)
        holes = np.zeros(values.shape, bool)
        for k, (attribute, column) in enumerate(zip(self.attributes, columns)):
            if column is not None:
                values[:, k], holes[:, k] = attribute.read(table[column])
        if draw is None:
            filled = self.run(values, ["completed"])[0]
        else:
            keys = [text_of(value) if value is not None else "" for value in table[key].to_pylist()]
            if "" in keys:
                raise ValueError(f"Row {keys.index('') + 1} of a part has no key: every person needs one, so that draws don't depend on the part.")
            filled = self.draw(values, holes, [hash_text(text, seed) for text in keys], draw, rounds)
        schema = self.output_schema(table.schema)
        out = {name: table[name] for name in table.column_names}
        for k, (attribute, column) in enumerate(zip(self.attributes, columns)):
            if column is None:
                continue
            type = schema.field(column).type
            cells = attribute.cells(attribute.recorded(filled[holes[:, k], k]), type)
            kept = pc.if_else(pa.array(holes[:, k]), pa.scalar(None, table[column].type), table[column].combine_chunks())
            out[column] = pc.replace_with_mask(kept.cast(type), pa.array(holes[:, k]), cells)
        return pa.table([out[name] for name in table.column_names], schema=schema)

    def draw(self, values, holes, seeds, draw, rounds):
        """Each row's holes in a random order of its own, one pass after the other, each seeing those drawn before (drawHoles of src/inference/draws.ts)."""
        shown = values.copy()
        order = np.argsort([a.place for a in self.attributes])
        most = int(holes.sum(1).max(initial=0))
        u = uniforms(seeds, [(draw,)] * len(seeds), 2 * most)
        plans = []
        for r, row in enumerate(holes):
            places = [k for k in order if row[k]]
            n = len(places)
            for i in range(n - 1, 0, -1):
                j = int(u[r, n - 1 - i] * (i + 1))
                places[i], places[j] = places[j], places[i]
            size = max(1, -(-n // rounds))
            draws = [(r, k, u[r, max(0, n - 1) + i]) for i, k in enumerate(places)]
            plans.append([draws[i : i + size] for i in range(0, n, size)])
        for step in range(max(map(len, plans), default=0)):
            rows = np.array([r for r, plan in enumerate(plans) if step < len(plan)])
            self.sample(shown, rows, [cell for r in rows for cell in plans[r][step]])
        return shown

    def sample(self, shown, rows, cells):
        """Draws cells (row, attribute, uniform) from what the model says of the given rows, and shows it what was drawn."""
        outputs = [o.name for o in self.session.get_outputs() if o.name in ("density", "probabilities")]
        found = dict(zip(outputs, self.run(shown[rows], outputs)))
        at = np.searchsorted(rows, [r for r, _, _ in cells])
        column = np.array([k for _, k, _ in cells])
        u = np.array([v for _, _, v in cells])
        row = np.array([r for r, _, _ in cells])
        for k in np.unique(column):
            mine = column == k
            shown[row[mine], k] = self.quantile(self.attributes[k], found, at[mine], u[mine])

    def quantile(self, attribute, found, at, u):
        """inf{x : F(x) >= u}, as gridQuantile of src/model/likelihoods/gridDistribution.ts."""
        if attribute.levels is None:
            p = found["density"][at, attribute.number]
        else:
            first = attribute.firstProbability
            p = found["probabilities"][at, first : first + len(attribute.levels)]
        above = np.cumsum(p, 1)
        reached = (above >= u[:, None]) & (p > 0)
        last = p.shape[1] - 1 - np.argmax((p > 0)[:, ::-1], 1)
        cell = np.where(reached.any(1), np.argmax(reached, 1), last)
        if attribute.levels is not None:
            return cell
        lo, hi, center = (np.array(attribute.grid[end])[cell] for end in ("lo", "hi", "center"))
        mass = p[np.arange(len(u)), cell]
        share = np.clip((u - (above[np.arange(len(u)), cell] - mass)) / mass, 0, 1)
        width = hi - lo
        with np.errstate(divide="ignore", invalid="ignore"):
            left = (hi - center) / width
            below = lo + np.where(share > 0, share / left, 0) * (center - lo)
            value = np.where(share <= left, below, center + (share - left) / (1 - left) * (hi - center))
        value = np.where(width == 0, center, value)
        return np.where(reached.any(1), value, hi)

    def invent(self, numbers, seed=1):
        """The rows of these numbers (from 0) of `vhgm generate`: attributes in rounds, each rounded as it is recorded and shown to the model."""
        if self.rounds is None or any(a.ruled for a in self.attributes):
            return self.invent_by_program(numbers, seed)
        shown = np.full((len(numbers), len(self.attributes)), np.nan)
        u = uniforms([seed] * len(numbers), [(0x9E3, number) for number in numbers], sum(map(len, self.rounds)))
        first = 0
        for names in self.rounds:
            places = [self.names.index(name) for name in names]
            self.sample(shown, np.arange(len(numbers)), [(r, k, u[r, first + i]) for r in range(len(numbers)) for i, k in enumerate(places)])
            for k in places:
                shown[:, k] = self.attributes[k].recorded(shown[:, k])
            first += len(places)
        return pa.table([a.cells(shown[:, k], a.invented_type()) for k, a in enumerate(self.attributes)], schema=self.invented_schema())

    def invent_by_program(self, numbers, seed):
        """What the graph does not know (rules, models with more to invent people by) is left to vhgm itself, which run.sh names."""
        main, model = os.environ.get("VHGM_MAIN"), os.environ.get("VHGM_MODEL")
        if not main or not model:
            raise ValueError("The graph of this model does not suffice to invent people: give the .vhgm file, and Node on every worker.")
        schema = self.invented_schema()
        if len(numbers) == 0:
            return schema.empty_table()
        if list(numbers) != list(range(numbers[0], numbers[0] + len(numbers))):
            raise ValueError("A part must be rows that follow each other.")
        with tempfile.TemporaryDirectory() as folder:
            out = os.path.join(folder, "part.csv")
            command = ["node", main, "generate", model, "--first", str(numbers[0]), "-n", str(len(numbers)), "--seed", str(seed), "-o", out, "--quiet"]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            read = pyarrow.csv.ConvertOptions(column_types=schema, include_columns=schema.names, include_missing_columns=True, strings_can_be_null=True, null_values=[""])
            return pyarrow.csv.read_csv(out, convert_options=read)

    def invented_schema(self):
        return pa.schema([pa.field(a.name, a.invented_type()) for a in self.attributes])


@functools.cache
def open_model(folder):
    """One session per process."""
    return Model(folder)


def fail_once():
    """For the test of retries: the first process that comes here while VHGM_FAIL_ONCE names a file that does not exist dies."""
    marker = os.environ.get("VHGM_FAIL_ONCE")
    if marker:
        try:
            pathlib.Path(marker).touch(exist_ok=False)
        except FileExistsError:
            return
        os._exit(1)


def arguments(engine):
    """The command line of the examples."""
    parser = argparse.ArgumentParser(prog=f"bash examples/{engine}/run.sh")
    commands = parser.add_subparsers(dest="command", required=True)
    impute = commands.add_parser("impute", help="complete a Parquet table")
    impute.add_argument("model", help="folder of vhgm export (run.sh makes it of a .vhgm file)")
    impute.add_argument("table", help="a Parquet file, or a folder of them")
    impute.add_argument("output", help="a new folder for the completed table; with -m, for one folder per draw")
    impute.add_argument("--key", required=True, help="column that names a person")
    impute.add_argument("-m", type=int, help="multiple imputation: this many draws")
    generate = commands.add_parser("generate", help="invent people")
    generate.add_argument("model", help="as above")
    generate.add_argument("output", help="a new folder")
    generate.add_argument("-n", "--rows", type=int, required=True, help="how many people")
    for command in (impute, generate):
        command.add_argument("--seed", type=int, default=1)
        command.add_argument("--partitions", type=int, default=8, help="parts of the table; the result does not depend on it")
        command.add_argument("--batch", type=int, default=1024 if command is impute else 4096, help="rows at a time; the result does not depend on it")
    options = parser.parse_args()
    options.model, options.output = os.path.abspath(options.model), os.path.abspath(options.output)
    if os.path.exists(options.output):
        sys.exit(f'"{options.output}" is there already; name a new folder.')
    if options.command == "impute":
        options.table = os.path.abspath(options.table)
        many = options.m is not None
        options.draws = [(k, f"{options.output}/draw={k + 1}") for k in range(options.m)] if many else [(None, options.output)]
        if many:
            os.makedirs(options.output)
    return options


@contextlib.contextmanager
def unwritten(folder):
    """A temporary folder that gets its name when the work is done, and goes when it fails."""
    temporary = f"{folder}.unfinished"
    try:
        yield temporary
        os.rename(temporary, folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
