import { describe, expect, it, test } from "vitest";
import { checkOptions, parseTrainingConfig, trainingConfigSchema } from "./config.js";
import { bestOptions, trainingDefaults } from "./options.js";

describe("a training configuration", () => {
  it("takes the defaults and the best settings, in JSON and YAML", () => {
    expect(parseTrainingConfig(JSON.stringify(trainingDefaults), "c.json")).toEqual(trainingDefaults);
    expect(trainingConfigSchema.parse(bestOptions)).toEqual(bestOptions);
    expect(parseTrainingConfig("members: 3\nnetwork: transformer\nlearningRate: 5e-4\n", "c.yaml")).toEqual({ members: 3, network: "transformer", learningRate: 5e-4 });
    expect(parseTrainingConfig("# nothing\n", "c.yaml")).toEqual({});
  });

  it.each([
    ["seed: 1\nmembers: 0\n", "c.yaml, line 2: members is 0; it must be at least 1."],
    ["members: 1.5\n", "c.yaml, line 1: members is 1.5; it must be a whole number."],
    ["dropout: 1\n", "c.yaml, line 1: dropout is 1; it must be at most 0.9."],
    ["learningRate: 0\n", "c.yaml, line 1: learningRate is 0; it must be above 0."],
    ["memory: all\n", 'c.yaml, line 1: memory is "all"; allowed are none, prototypes, rows.'],
    ["epochs: many\n", 'c.yaml, line 1: epochs is "many"; it must be a number.'],
    ["stages: 3\n", "c.yaml, line 1: stages is 3; allowed are 1, 2, auto."],
    ["mask: []\n", "c.yaml, line 1: mask is []; it must not be empty."],
    ["mask:\n- weight: 1\n", "c.yaml, line 2: mask[0].strategy is absent; allowed are fixed, uniform, copy, frequency, source, block, few."],
    ["mask:\n- strategy: copy\n  weight: 1\n  rate: 2\n", "c.yaml, line 4: there is no setting 'rate'; allowed are strategy, weight, parameters."],
    ["mask: [{strategy: copy, weight: 1, parameters: [2]}]\n", "c.yaml, line 1: mask[0].parameters is [2]; copy takes one number from 0 to 1."],
    ["mask:\n- {strategy: fixed, weight: 1}\n- strategy: fixed\n  weight: 1\n  parameters: [0.1, 0.2]\n", "c.yaml, line 5: mask[1].parameters is [0.1,0.2]; fixed takes one number from 0 to 1."],
    ["mask: [{strategy: uniform, weight: 1, parameters: [0.97]}]\n", "mask[0].parameters is [0.97]; uniform takes up to two numbers from 0 to 1, the first at most the second."],
    ["mask: [{strategy: block, weight: 1, parameters: [0.5, 0.2]}]\n", "mask[0].parameters is [0.5,0.2]; block takes up to two numbers from 0 to 1, the first at most the second."],
    ["mask: [{strategy: frequency, weight: 1, parameters: [-1, 1]}]\n", "mask[0].parameters is [-1,1]; frequency takes up to two numbers, the first at least 0."],
    ["mask: [{strategy: few, weight: 1, parameters: [1, 3]}]\n", "mask[0].parameters is [1,3]; few takes up to two whole numbers from 0, the second at most the first."],
    ["mask: [{strategy: few, weight: 1, parameters: [1.5]}]\n", "mask[0].parameters is [1.5]; few takes up to two whole numbers from 0, the second at most the first."],
    ["bootstrap: maybe\n", 'c.yaml, line 1: bootstrap is "maybe"; it must be true or false.'],
    ["seed: 1\nlearning_rate: 0.1\n", "c.yaml, line 2: there is no setting 'learning_rate'; near to it is learningRate; allowed are seed, "],
    ["beta: {schedule: linear, value: 1, cycle: 3}\n", "there is no setting 'cycle'; allowed are schedule, value, warmup, cycles."],
    ["- 1\n", "c.yaml, line 1: the configuration is [1]; it must be a list of settings, one 'name: value' per line."],
    [`${"id,age,sex\n".repeat(9)}`, /^c\.yaml, line 1: the configuration is "id,age,sex .{47}…; it must be a list of settings/],
  ])("names line, field and what is allowed: %j", (text, message) => {
    expect(() => parseTrainingConfig(text, "c.yaml")).toThrow(message);
  });
});

test.each([
  [{ epochs: 0 }, "Of the training's options, epochs is 0; it must be at least 1."],
  [{ memory: "foo" }, `Of the training's options, memory is "foo"; allowed are none, prototypes, rows.`],
  [{ population: undefined }, "Of the training's options, population is absent; all are needed, as in { ...trainingDefaults, members: 2 }."],
  [{ hidden: 3 }, /^Of the training's options, there is no setting 'hidden'; allowed are seed, /],
])("options of a program are checked, too: %j", (wrong, message) => {
  expect(() => checkOptions({ ...trainingDefaults, ...wrong } as never)).toThrow(message);
  expect(() => checkOptions(trainingDefaults)).not.toThrow();
});
