// Draws docs/person.svg from a demo's model: node scripts/picture.mjs demo/people.vhgm docs/person.svg
// What the model says of one person beside the simulated population's truth.
import { writeFileSync } from "node:fs";
import { createRng, openPredictor, openSession, predict, readBundle } from "../dist/index.js";
import { conditional } from "../dist/cohort/conditional.js";
import { cohortModel } from "../dist/cohort/model.js";

const [model, target] = process.argv.slice(2);
const given = { age: 62, sex: "F", height: "160.0", weight: "78.0", smoking: "current" };
const ask = ["systolic", "glucose", "hdl_cholesterol", "waist"];
const titles = { systolic: "Systolic pressure (mmHg)", glucose: "Fasting glucose (mg/dL)", hdl_cholesterol: "HDL cholesterol (mg/dL)", waist: "Waist (cm)" };
const bundle = await readBundle(model);
const predictor = await openPredictor(bundle.model, openSession);
const { answers } = await predict(predictor, bundle.schema, given, { ask });
await predictor.close();

const normal = (x, m, s) => Math.exp(-0.5 * ((x - m) / s) ** 2) / (s * Math.sqrt(2 * Math.PI));
const quantile = (list, key, u) => list.find((q) => Math.abs(q[key] - u) < 1e-9).value;
/** A smooth density through quantiles: each step between neighbours spread by a normal kernel. */
function density(points) {
  const spread = (points.at(-1).x - points[0].x) / 14;
  return (x) => points.slice(1).reduce((sum, p, i) => sum + (p.u - points[i].u) * normal(x, (p.x + points[i].x) / 2, Math.hypot(spread, (p.x - points[i].x) / 3.5)), 0);
}
const width = 860;
const panel = 200;
const parts = answers.map((answer, k) => {
  const truth = conditional(cohortModel(), given, answer.name, { rng: createRng(1) });
  const ours = answer.quantiles.map((q) => ({ u: q.u, x: q.value }));
  const real = truth.quantiles.map((q) => ({ u: q.p, x: q.value }));
  const low = Math.min(ours[0].x, real[0].x);
  const high = Math.max(ours.at(-1).x, real.at(-1).x);
  const [from, to] = [low - (high - low) * 0.15, high + (high - low) * 0.15];
  const [f, g] = [density(ours), density(real)];
  const xs = Array.from({ length: 81 }, (_, i) => from + ((to - from) * i) / 80);
  const top = Math.max(...xs.map((x) => Math.max(f(x), g(x))));
  const left = 12 + k * (panel + 12);
  const px = (x) => left + ((x - from) / (to - from)) * panel;
  const py = (d) => 150 - (d / top) * 100;
  const path = (h) => xs.map((x, i) => `${i ? "L" : "M"}${px(x).toFixed(1)} ${py(h(x)).toFixed(1)}`).join("");
  const [a, b] = [quantile(answer.quantiles, "u", 0.05), quantile(answer.quantiles, "u", 0.95)];
  const tick = (x) => `<text x="${px(x).toFixed(1)}" y="172" text-anchor="middle" class="tick">${Math.round(x)}</text>`;
  return `<text x="${left}" y="38" class="title">${titles[answer.name]}</text>
<path d="${path(f)}L${px(to)} 150L${px(from)} 150Z" class="model"/><path d="${path(g)}" class="truth"/>
<line x1="${px(a).toFixed(1)}" x2="${px(b).toFixed(1)}" y1="156" y2="156" class="interval"/>${tick(a)}${tick(answer.mean)}${tick(b)}`;
});
writeFileSync(target, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} 206" font-family="system-ui, sans-serif">
<style>.title{font-size:13px;font-weight:600;fill:#222}.tick{font-size:11px;fill:#444}.note{font-size:12px;fill:#444}.model{fill:#4c78a8;fill-opacity:.35;stroke:#4c78a8;stroke-width:1.5}.truth{fill:none;stroke:#e45756;stroke-width:2;stroke-dasharray:5 3}.interval{stroke:#4c78a8;stroke-width:5;stroke-linecap:round}</style>
<rect width="${width}" height="206" rx="8" fill="#fff"/>
<text x="12" y="18" class="note">A woman of 62, 160 cm, 78 kg, who smokes: what the demo’s model of three tables says of her, with 90% intervals.</text>
${parts.join("\n")}
<rect x="12" y="184" width="14" height="10" class="model"/><text x="32" y="193" class="note">predicted</text>
<line x1="110" x2="134" y1="189" y2="189" class="truth"/><text x="140" y="193" class="note">truth of the simulated population</text>
</svg>
`);
