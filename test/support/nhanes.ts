/** Invented files of NHANES in the CDC's formats, and a site that serves them. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createRng } from "../../src/base/random.js";
import { xptFile, type XptCell, type XptColumn } from "./xpt.js";

/** A variable on a codebook page: rows of code, description and count. */
export interface CodebookEntry {
  readonly name: string;
  readonly label: string;
  readonly text?: string;
  readonly values: readonly (readonly [code: string, description: string, count: number])[];
}

const escaped = (text: string): string => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

/** A codebook page as the CDC's site writes it; `old` as it wrote those of the first cycles. */
export function codebookPage(file: string, entries: readonly CodebookEntry[], { old = false } = {}): string {
  const cell = old ? "th" : 'td scope="row"';
  const variables = entries.map(({ name, label, text = label, values }) => {
    const heading = old ? `<h3><a name="${name}"></a>${name} - ${escaped(label)}</h3>` : `<h3 class="vartitle" id="${name}">${name} - ${escaped(label)}</h3>`;
    let cumulative = 0;
    const rows = values.map(([code, description, count]) => {
      cumulative += count;
      return `<tr>
<${cell} class="values">${escaped(code)}</${cell.slice(0, 2)}>
                <td class="values">${escaped(description)}</td>
                <td class="values" align="right">${count}</td>
                <td class="values" align="right">${cumulative}</td>
                <td class="values">
                </td>
              </tr>`;
    });
    const table = `<table class="values">
<thead><tr>
<th scope="column" class="values">Code or Value</th>
                <th scope="column" class="values">Value Description</th>
                <th scope="column" class="values">Count</th>
                <th scope="column" class="values">Cumulative</th>
                <th scope="column" class="values">Skip to Item</th>
              </tr></thead>
<tbody>
${rows.join("\n")}
</tbody>
</table>`;
    return `<div class="pagebreak">
          ${heading}
          <dl>
<dt>Variable Name: </dt>
            <dd class="info">${name}</dd>
            <dt>SAS Label: </dt>
            <dd>${escaped(label)}</dd>
            <dt>English Text: </dt>
            <dd class="info">${escaped(text)}</dd>
            <dt>Target: </dt>
            <dd> Both males and females 0 YEARS -
\t\t\t150 YEARS</dd>
          </dl>
${values.length > 0 ? table : ""}
</div>`;
  });
  return `<!DOCTYPE html>
<html><head><title>${file}</title><style>table.values { width: 600px; }</style></head>
<body><div id="Codebook"><h2>Codebook and Frequencies</h2>
        ${variables.join("\n        ")}
</div></body></html>`;
}

/** A row of a component's page: a file with its title, or one that can't be downloaded. */
export interface PageRow {
  readonly name: string;
  readonly title: string;
  readonly folder: string;
  readonly size?: string;
  readonly unavailable?: "RDC Only" | "Withdrawn";
}

/** A page Search/DataPage.aspx of a component in a cycle. */
export function dataPage(rows: readonly PageRow[]): string {
  const lines = rows.map(({ name, title, folder, size = "3.4 MB", unavailable }) => {
    const doc = `<a href="${folder}/${name}.htm">${name} Doc</a>`;
    const data = unavailable ? unavailable : `<a href="${folder}/${name}.xpt">${name} Data [XPT - ${size}]</a>`;
    return `<tr>
              <td class="text-left">${escaped(title)}</td><td class="text-center">${doc}</td><td class="text-center">${data}</td><td class="text-center">February 2020</td>
            </tr>`;
  });
  return `<!DOCTYPE html>
<html lang="en-us"><head><title>NHANES Data</title></head><body>
<a href="/nchs/nhanes/index.htm">Home</a>
<table class="table table-bordered table-header-light table-striped table-hover" id="GridView1">
  <thead><tr><th scope="col">Data File Name</th><th scope="col">Doc File</th><th scope="col">Data File</th><th scope="col">Date Published</th></tr></thead>
  <tbody>
            ${lines.join("\n            ")}
  </tbody></table></body></html>`;
}

/** Says what a request gets: a body, or a function that answers by itself. Paths without an entry are not found. */
export type Answers = Record<string, string | Buffer | ((request: IncomingMessage, response: ServerResponse) => void)>;

export interface Site {
  readonly url: string;
  /** Paths that were asked for, in order. */
  readonly asked: string[];
  readonly answers: Answers;
  close(): Promise<void>;
}

/** Serves files at their paths (lower and upper case are one, as on the CDC's site). */
export async function startSite(answers: Answers): Promise<Site> {
  const asked: string[] = [];
  const server: Server = createServer((request, response) => {
    const path = request.url!;
    asked.push(path);
    const found = Object.entries(answers).find(([key]) => key.toLowerCase() === path.toLowerCase())?.[1];
    if (typeof found === "function") found(request, response);
    else if (found === undefined) response.writeHead(404, { "content-type": "text/html" }).end("<html><body>404 - File or directory not found.</body></html>");
    else response.writeHead(200, { "content-length": Buffer.byteLength(found) }).end(found);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    answers,
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
}

export const dataFolder = "/Nchs/Data/Nhanes/Public/2017/DataFiles";
export const pagePath = (component: string, years = "2017-2018"): string => `/Nchs/Nhanes/Search/DataPage.aspx?Component=${component}&Cycle=${years}`;

const range = (code: string, count: number): [string, string, number] => [code, "Range of Values", count];

/** A small invented cycle of 2017-2018: demographics, body measures, cholesterol, smoking and a file of drugs with several rows a person. */
export function inventedCycle(people = 120): Answers {
  const rng = createRng(7, 0x5eed);
  const missing = { missing: "." };
  const number = (name: string, label: string): XptColumn => ({ name, label });
  const demo: XptCell[][] = [];
  const body: XptCell[][] = [];
  const cholesterol: XptCell[][] = [];
  const smoking: XptCell[][] = [];
  const drugs: XptCell[][] = [];
  for (let i = 0; i < people; i++) {
    const seqn = 93703 + i;
    const age = Math.min(80, rng.int(88));
    const woman = rng.uniform() < 0.5;
    const weight = Math.round(10 * (55 + (woman ? 0 : 12) + 0.2 * age + 9 * rng.normal())) / 10;
    demo.push([seqn, age, woman ? 2 : 1, age < 20 ? missing : 1 + rng.int(5), 20000 + 1000 * rng.uniform(), 1 + (i % 2)]);
    if (rng.uniform() < 0.9) body.push([seqn, rng.uniform() < 0.1 ? missing : weight, Math.round(10 * (weight / 2.8)) / 10]);
    if (rng.uniform() < 0.7) cholesterol.push([seqn, Math.round(150 + 0.6 * age + 25 * rng.normal())]);
    if (age >= 18) smoking.push([seqn, [1, 2, 3][rng.int(3)], i % 10 === 0 ? 777 : i % 11 === 0 ? 666 : rng.int(40) + 1]);
    for (let k = 0; k < 2; k++) drugs.push([seqn, `DRUG ${k}`]);
  }
  const seqn = number("SEQN", "Respondent sequence number");
  const files: Record<string, [XptColumn[], XptCell[][], CodebookEntry[]]> = {
    DEMO_J: [
      [seqn, number("RIDAGEYR", "Age in years at screening"), number("RIAGENDR", "Gender"), number("DMDEDUC2", "Education level - Adults 20+"), number("WTINT2YR", "Full sample 2 year interview weight"), number("SDMVPSU", "Masked variance pseudo-PSU")],
      demo,
      [
        { name: "SEQN", label: "Respondent sequence number.", values: [] },
        { name: "RIDAGEYR", label: "Age in years at screening", values: [range("0 to 79", people), ["80", "80 years of age and over", 1], [".", "Missing", 0]] },
        { name: "RIAGENDR", label: "Gender", values: [["1", "Male", 1], ["2", "Female", 1], [".", "Missing", 0]] },
        {
          name: "DMDEDUC2",
          label: "Education level - Adults 20+",
          values: [["1", "Less than 9th grade", 1], ["2", "9-11th grade (Includes 12th grade with no diploma)", 1], ["3", "High school graduate/GED or equivalent", 1], ["4", "Some college or AA degree", 1], ["5", "College graduate or above", 1], ["7", "Refused", 0], ["9", "Don't Know", 0], [".", "Missing", 30]],
        },
        { name: "WTINT2YR", label: "Full sample 2 year interview weight", values: [range("20000 to 21000", people)] },
        { name: "SDMVPSU", label: "Masked variance pseudo-PSU", values: [range("1 to 2", people)] },
      ],
    ],
    BMX_J: [
      [seqn, number("BMXWT", "Weight (kg)"), number("BMXBMI", "Body Mass Index (kg/m**2)")],
      body,
      [
        { name: "BMXWT", label: "Weight (kg)", values: [range("3.2 to 242.6", people), [".", "Missing", 9]] },
        { name: "BMXBMI", label: "Body Mass Index (kg/m**2)", values: [range("12 to 60", people), [".", "Missing", 9]] },
      ],
    ],
    TCHOL_J: [[seqn, number("LBXTC", "Total Cholesterol (mg/dL)")], cholesterol, [{ name: "LBXTC", label: "Total Cholesterol (mg/dL)", values: [range("76 to 446", people), [".", "Missing", 0]] }]],
    SMQ_J: [
      [seqn, number("SMQ040", "Do you now smoke cigarettes?"), number("SMD650", "Avg # cigarettes/day during past 30 days")],
      smoking,
      [
        { name: "SMQ040", label: "Do you now smoke cigarettes?", text: "{Do you/Does SP} now smoke cigarettes?", values: [["1", "Every day,", 1], ["2", "Some days, or", 1], ["3", "Not at all?", 1], ["7", "Refused", 0], ["9", "Don't know", 0], [".", "Missing", 40]] },
        { name: "SMD650", label: "Avg # cigarettes/day during past 30 days", values: [range("1 to 60", people), ["666", "Less than one a day", 3], ["777", "Refused", 3], ["999", "Don't know", 0], [".", "Missing", 40]] },
      ],
    ],
    RXQ_RX_J: [[seqn, { name: "RXDDRUG", label: "Generic drug name", text: true, length: 20 }], drugs, [{ name: "RXDDRUG", label: "Generic drug name", values: [] }]],
  };
  const row = (name: string, title: string): PageRow => ({ name, title, folder: dataFolder });
  return {
    ...Object.fromEntries(
      Object.entries(files).flatMap(([name, [columns, rows, codebook]]) => [
        [`${dataFolder}/${name}.xpt`, xptFile(columns, rows)],
        [`${dataFolder}/${name}.htm`, codebookPage(name, codebook)],
      ]),
    ),
    [pagePath("Demographics")]: dataPage([row("DEMO_J", "Demographic Variables and Sample Weights")]),
    [pagePath("Examination")]: dataPage([row("BMX_J", "Body Measures"), { ...row("AUXAR_J", "Audiometry - Acoustic Reflex") }]),
    [pagePath("Laboratory")]: dataPage([row("TCHOL_J", "Cholesterol - Total"), { ...row("HSV_J", "Herpes Simplex Virus"), unavailable: "RDC Only" }]),
    [pagePath("Questionnaire")]: dataPage([row("SMQ_J", "Smoking - Cigarette Use"), row("RXQ_RX_J", "Prescription Medications")]),
    [pagePath("Dietary")]: dataPage([{ ...row("DSPI", "Dietary Supplement Database - Product Information"), folder: "/Nchs/Nhanes/1999-2000" }]),
  };
}
