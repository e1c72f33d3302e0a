import { describe, expect, test } from "vitest";
import { codebookPage, type CodebookEntry } from "../../../../test/support/nhanes.js";
import { parseCodebook } from "./codebook.js";

const entries: CodebookEntry[] = [
  { name: "SEQN", label: "Respondent sequence number", values: [] },
  {
    name: "SMQ040",
    label: "Do you now smoke cigarettes?",
    text: "{Do you/Does SP} now smoke cigarettes & cigars?",
    values: [["1", "Every day", 810], ["7", "Refused", 0], [".", "Missing", 4395]],
  },
  { name: "SMDUPCA", label: "Cig 12-digit Universal Product Code-UPC", values: [["< blank >", "Missing", 6100]] },
  { name: "SMD650", label: "Avg # cigarettes/day", values: [["1 to 60", "Range of Values", 1000], ["95", ">= 95 cigarettes", 2]] },
];
const page = codebookPage("SMQ_J", entries);

describe("codebook pages", () => {
  test.each([
    ["today's", page],
    ["the first cycles'", codebookPage("SMQ_J", entries, { old: true })],
    ["upper-case tags without quotes", page.replace(/<\/?[a-z]\w*/g, (tag) => tag.toUpperCase()).replaceAll('CLASS="values"', "class=values").replaceAll('class="values"', "class=values")],
    ["without end tags of cells and rows", page.replace(/<\/t[dhr]>/g, "")],
  ])("%s form", (_, html) => {
    const variables = parseCodebook(html);
    expect([...variables.keys()]).toEqual(["SEQN", "SMQ040", "SMDUPCA", "SMD650"]);
    expect(variables.get("SEQN")!.values).toEqual([]);
    expect(variables.get("SMQ040")).toEqual({
      name: "SMQ040",
      label: "Do you now smoke cigarettes?",
      text: "{Do you/Does SP} now smoke cigarettes & cigars?",
      values: [
        { code: "1", description: "Every day" },
        { code: "7", description: "Refused" },
        { code: ".", description: "Missing" },
      ],
    });
    expect(variables.get("SMDUPCA")!.values).toEqual([{ code: "< blank >", description: "Missing" }]);
    expect(variables.get("SMD650")!.values[1]).toEqual({ code: "95", description: ">= 95 cigarettes" });
  });

  test("names in mixed case are upper case, as in the data; a variable without a table takes none from the next", () => {
    const html = codebookPage("MCQ_J", [
      { name: "MCQ160f", label: "Ever told you had a stroke", values: [] },
      { name: "MCQ160M", label: "Thyroid", values: [["1", "Yes", 3]] },
    ]);
    const variables = parseCodebook(html);
    expect(variables.get("MCQ160F")!.values).toEqual([]);
    expect(variables.get("MCQ160M")!.values).toHaveLength(1);
  });

  test("entities of labels", () => {
    const html = codebookPage("X_J", [{ name: "LBXX", label: "Lead", values: [["1", "x", 1]] }]).replace(">x<", ">&#181;g/dL &ge; 5 &amp;&nbsp;up &unknown; &#x27;q&#x27;<");
    expect(parseCodebook(html).get("LBXX")!.values[0].description).toBe("µg/dL ≥ 5 & up &unknown; 'q'");
  });

  test("a page of something else has no variables", () => expect(parseCodebook("<html><body>404 <table class=values><tr><td>1</td><td>x</td></tr></table></body></html>").size).toBe(0));
});
