/** A training step beside PyTorch's of the same network, in turns. */
import { stepCases, setUpStep, type StepCase } from "./cases.js";
import { openOwnStep } from "./ownStep.js";
import { startTwin, type Steps, type Twin } from "./twin.js";
import { spread, type Spread } from "./spread.js";

export interface StepSettings {
  /** Python with PyTorch; null leaves the twin out. */
  readonly python: string | null;
  readonly script: string;
  readonly threads: number;
  readonly rounds: number;
  /** Seconds that one turn of either side lasts, about. */
  readonly turn: number;
  readonly compile: boolean;
  /** Part of the names of the cases to run; all by default. */
  readonly only: string;
  readonly say: (line: string) => void;
}

/** Milliseconds of a step by the clock and of the processor. */
interface Side {
  readonly wall: Spread;
  readonly cpu: Spread;
}

export interface StepResult {
  readonly name: string;
  readonly parameters: number;
  readonly steps: number;
  readonly vhgm: Side;
  readonly twins: Readonly<Record<string, Side>>;
  /** How much longer a twin's step takes than ours, median over the turns: above 1, ours is quicker. */
  readonly ratios: Readonly<Record<string, { readonly wall: Spread; readonly cpu: Spread }>>;
}

export async function measureSteps(settings: StepSettings): Promise<StepResult[]> {
  const results: StepResult[] = [];
  for (const step of stepCases) if (step.name.includes(settings.only)) results.push(await measureStep(step, settings));
  return results;
}

async function measureStep(step: StepCase, settings: StepSettings): Promise<StepResult> {
  const { python, script, threads, rounds, turn, compile, say } = settings;
  const setup = setUpStep(step, 8);
  const own = await openOwnStep(setup, threads);
  const twins = new Map<string, Twin>();
  try {
    if (python !== null) {
      for (const compiled of compile ? [false, true] : [false]) twins.set(compiled ? "torch.compile" : "PyTorch", await startTwin(setup, { python, script, threads, compile: compiled }));
    }
    const first = await own.run(1);
    for (const [name, twin] of twins) agree(step, name, first.loss, (await twin.check()).loss);
    const sides = [["vhgm", own] as const, ...twins];
    const turns = new Map<string, Steps[]>(sides.map(([name]) => [name, []]));
    const count = new Map<string, number>();
    for (const [name, side] of sides) {
      const { seconds } = await side.run(6); // warm
      count.set(name, Math.max(3, Math.round(turn / Math.min(...seconds))));
    }
    for (let r = 0; r < rounds; r++) for (const [name, side] of sides) turns.get(name)!.push(await side.run(count.get(name)!));
    const result = summary(step, setup.params.size, turns);
    say(line(result));
    return result;
  } finally {
    for (const twin of twins.values()) twin.close();
    await own.close();
  }
}

/** The twin is one only if it computes the same loss. @throws Error if it does not */
function agree({ name }: StepCase, twin: string, ours: number, theirs: number): void {
  if (!(Math.abs(ours - theirs) <= 1e-4 * Math.abs(ours))) throw new Error(`${name}: the loss of the first batch is ${ours}, that of ${twin} ${theirs}; the networks differ.`);
}

function summary({ name }: StepCase, parameters: number, turns: ReadonlyMap<string, readonly Steps[]>): StepResult {
  const wall = (steps: Steps): number => 1000 * spread(steps.seconds).median;
  const cpu = (steps: Steps): number => (1000 * steps.cpu) / steps.seconds.length;
  const side = (all: readonly Steps[]): Side => ({ wall: spread(all.flatMap((s) => s.seconds.map((x) => 1000 * x))), cpu: spread(all.map(cpu)) });
  const own = turns.get("vhgm")!;
  const others = [...turns].filter(([other]) => other !== "vhgm");
  const ratio = (theirs: readonly Steps[], of: (steps: Steps) => number): Spread => spread(theirs.map((steps, r) => of(steps) / of(own[r])));
  return {
    name,
    parameters,
    steps: own.reduce((sum, { seconds }) => sum + seconds.length, 0),
    vhgm: side(own),
    twins: Object.fromEntries(others.map(([other, all]) => [other, side(all)])),
    ratios: Object.fromEntries(others.map(([other, all]) => [other, { wall: ratio(all, wall), cpu: ratio(all, cpu) }])),
  };
}

function line({ name, vhgm, twins, ratios }: StepResult): string {
  const time = ({ wall, cpu }: Side): string => `${wall.median.toFixed(1)} ms (${wall.low.toFixed(1)}-${wall.high.toFixed(1)}; processor ${cpu.median.toFixed(1)})`;
  const others = Object.entries(twins).map(([other, side]) => {
    const { wall, cpu } = ratios[other];
    return `${other} ${time(side)}, ratio ${wall.median.toFixed(2)} (${wall.low.toFixed(2)}-${wall.high.toFixed(2)}), of processor time ${cpu.median.toFixed(2)}`;
  });
  return `${name}: vhgm ${time(vhgm)}${others.map((text) => `; ${text}`).join("")}`;
}
