/** The readme and the examples that stand in the folder of an exported model. */
import type { TrainingCard } from "./card.js";
import type { ExportedSchema } from "./exportedSchema.js";

export const pythonExample = String.raw`"""Asks the model about one person: python example.py '{"age": 62, "sex": "F"}' (pip install onnxruntime numpy)"""
import json
import pathlib
import sys

import numpy as np
import onnxruntime as ort

folder = pathlib.Path(__file__).parent
schema = json.loads((folder / "schema.json").read_text(encoding="utf-8"))
attributes = schema["attributes"]
session = ort.InferenceSession(folder / schema["graph"], providers=["CPUExecutionProvider"])


def values(person):
    """One row of the input: numbers as they are, levels by their index, NaN where nothing is known."""
    row = np.full(len(attributes), np.nan)
    for column, attribute in enumerate(attributes):
        value = person.get(attribute["name"])
        if value is not None:
            row[column] = attribute["levels"].index(str(value)) if "levels" in attribute else value
    return row


given = json.loads(sys.argv[1]) if len(sys.argv) > 1 else {}
out = dict(zip(schema["outputs"], session.run(schema["outputs"], {"values": np.stack([values(given)])})))
answers = {}
for a in attributes:
    if "levels" in a:
        first = a["firstProbability"]
        answers[a["name"]] = dict(zip(a["levels"], out["probabilities"][0, first : first + len(a["levels"])].tolist()))
    else:
        quantiles = dict(zip(map(str, schema["quantiles"]), out["quantiles"][0, a["number"]].tolist()))
        answers[a["name"]] = {"mean": float(out["mean"][0, a["number"]]), "quantiles": quantiles}
print(json.dumps({name: answer for name, answer in answers.items() if name not in given}, indent=1))
`;

export const browserExample = String.raw`<!doctype html>
<meta charset="utf-8">
<title>An exported model in the page</title>
<h1>Given</h1>
<textarea id="given" rows="4" cols="60">{}</textarea>
<h1>Answers</h1>
<pre id="answers">loading</pre>
<script type="module">
import * as ort from "./ort/ort.wasm.bundle.min.mjs";

const schema = await (await fetch("schema.json")).json();
const session = await ort.InferenceSession.create(schema.graph);

function valueOf({ name, levels }, given) {
  if (given[name] === undefined) return NaN;
  if (!levels) return Number(given[name]);
  if (!levels.includes(String(given[name]))) throw new Error(name + " is one of " + levels.join(", "));
  return levels.indexOf(String(given[name]));
}

async function answer(given) {
  const row = Float64Array.from(schema.attributes, (attribute) => valueOf(attribute, given));
  const out = await session.run({ values: new ort.Tensor("float64", row, [1, row.length]) });
  const asked = schema.attributes.filter(({ name }) => given[name] === undefined);
  return Object.fromEntries(asked.map(({ name, levels, number, firstProbability }) => [name, levels
    ? Object.fromEntries(levels.map((level, k) => [level, out.probabilities.data[firstProbability + k]]))
    : { mean: out.mean.data[number], sd: out.sd.data[number] }]));
}

const show = async () => {
  const text = await answer(JSON.parse(given.value)).then((found) => JSON.stringify(found, null, 1), (error) => error.message);
  answers.textContent = text;
};
given.onchange = show;
await show();
</script>
`;

/** README.md of the folder. */
export function exportReadme({ attributes, quantiles, outputs }: ExportedSchema, { memory }: TrainingCard): string {
  const rules = attributes.filter((a) => a.applies_when !== undefined || a.equals !== undefined || a.less_than !== undefined).map(({ name }) => name);
  const means: Record<string, string> = {
    mean: "`mean` (B, numbers): mean of the predictive density, in the attribute's unit",
    sd: "`sd` (B, numbers): its standard deviation",
    quantiles: `\`quantiles\` (B, numbers, ${quantiles.length}): at ${quantiles.join(", ")}`,
    density: "`density` (B, numbers, cells): probabilities of the cells that schema.json lists (`cells`), zeros behind the last; a cell with lo = hi is a single value",
    probabilities: "`probabilities` (B, levels): an attribute's begin at its `firstProbability`, in the order of its `levels`",
    completed: "`completed` (B, attributes): `values` with every unknown one filled, by the paths' mean (near `mean`; least in squared error; held between the 5% and the 95% quantile) or by the index of the most probable level; what `vhgm impute` fills in before it rounds to the recorded resolution",
  };
  return `# An exported VHGM model

- \`model.onnx\`: standard ONNX operators only (opset 20); any runtime that has them in float32, float64 and int64 can run it.
- \`schema.json\`: what the columns of the input and of the outputs are.
- \`example.py\`: \`python example.py '{"NAME": VALUE}'\`; needs the packages onnxruntime and numpy.
- \`example.html\`: the same in a page. Copy \`dist/\` of the npm package onnxruntime-web to \`ort/\` in this folder and serve the
  folder, for instance by \`python -m http.server\`.

## Input
\`values\` (B, ${attributes.length}), float64: one column per attribute, in the order of schema.json. Numbers in the attribute's unit, dates as days since
1970-01-01, levels as their index in \`levels\` from 0. NaN where nothing is known; infinities, and indices that are none, count as NaN.

## Outputs
All float64. ${attributes.filter((a) => a.number !== undefined).length} of the attributes are numbers; \`number\` in schema.json is a number's place.

${outputs.map((name) => `- ${means[name]}`).join("\n")}

The figures are those of \`vhgm predict\` and \`vhgm impute\`, to 1e-5 of their size. A quantile may take the other end of a gap or
a heap where the cumulative probability meets its level to within 1e-5.

## What the graph does not do
- It rounds nothing to the recorded resolution and checks no range.
${rules.length > 0 ? `- It knows no rules. vhgm obeys those of ${rules.slice(0, 8).join(", ")}${rules.length > 8 ? ", …" : ""} (\`applies_when\`, \`equals\` or \`less_than\` in schema.json); the graph\n  answers as if every attribute applied, and numbers that follow from others or are less than others are predicted like any other.\n` : ""}${memory === "rows" ? "- It holds cells of real people: guard it like the table itself. vhgm keeps a person who is in the table from seeing itself;\n  the graph does not, so for the very rows that were learned from its answers are too sure.\n" : ""}- Answers are associations in the table that was learned from, not effects.
`;
}
