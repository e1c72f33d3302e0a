import type { JSX } from "preact";
import { calibrationError, pooledCoverage, type Reliability } from "../../../src/model/reliability.js";
import { CalibrationLegend, CalibrationPlot, FlatHistogram, type CalibrationSeries } from "../../charts/calibration.js";
import { useApp } from "../../state.js";
import { ScrollTable } from "../table/preview.js";

const tones = ["person", "scenario-1", "scenario-2", "population"];

/** Whether intervals and probabilities keep what they say, on cells that the training held out. */
export function Calibration(): JSX.Element {
  const { facts: { card: { reliability } }, t } = useApp();
  const c = t.model.calibration;
  return (
    <section aria-labelledby="calibration-title">
      <h2 id="calibration-title">{c.title}</h2>
      {reliability === undefined ? (
        <p>{c.unknown}</p>
      ) : reliability.length === 0 ? (
        <p>{c.none}</p>
      ) : (
        <>
          <p class="faint">{c.hint}</p>
          <div class="calibrations">
            <Coverage numbers={reliability.filter(({ coverage }) => coverage)} />
            <LevelsReliability levels={reliability.filter(({ bins }) => bins)} />
          </div>
          <p class="faint small">{c.honest}</p>
        </>
      )}
    </section>
  );
}

function Coverage({ numbers }: { readonly numbers: readonly Reliability[] }): JSX.Element | null {
  const { t, format } = useApp();
  const c = t.model.calibration;
  const pooled = pooledCoverage(numbers);
  if (!pooled) return null;
  const series: CalibrationSeries[] = numbers.map(({ type, coverage }, k) => ({ name: type, tone: tones[k], points: coverage!.map(({ level, share }) => ({ claimed: level, seen: share })) }));
  const cells = new Map<string, number>(numbers.map((r) => [r.type, r.cells]));
  const pit = numbers[0].pit!.map((_, k) => numbers.reduce((sum, r) => sum + (r.cells * r.pit![k]) / pooled.cells, 0));
  const told = pooled.coverage.map(({ level, share }) => c.holds(format.share(level), percent(share)));
  function percent(share: number): string {
    return `${format.decimal(100 * share, 1)}%`;
  }
  return (
    <figure class="panel calibration-panel">
      <figcaption>
        <h3>{c.numbers}</h3>
        <p class="small">{c.numbersHint}</p>
      </figcaption>
      <div class="calibration-pair">
        <div>
          <CalibrationPlot series={series} xTitle={c.nominal} yTitle={c.inside} label={`${c.numbers}: ${told.join(", ")}`} />
          <CalibrationLegend series={series}>{({ name }) => `${c.types[name as Reliability["type"]]} (${c.cells(format.count(cells.get(name)!))})`}</CalibrationLegend>
        </div>
        <div>
          <ScrollTable title={c.numbers}>
            <thead>
              <tr>
                <th scope="col">{c.nominal}</th>
                <th scope="col" class="number">{c.inside}</th>
              </tr>
            </thead>
            <tbody>
              {pooled.coverage.map(({ level, share }) => (
                <tr key={level}>
                  <th scope="row">{format.share(level)}</th>
                  <td class="number">{percent(share)}</td>
                </tr>
              ))}
            </tbody>
          </ScrollTable>
          <h4>{c.pit}</h4>
          <FlatHistogram shares={pit} label={c.pitText(percent(Math.min(...pit)), percent(Math.max(...pit)), percent(1 / pit.length))} />
          <p class="faint small">{c.pitHint}</p>
        </div>
      </div>
    </figure>
  );
}

function LevelsReliability({ levels }: { readonly levels: readonly Reliability[] }): JSX.Element | null {
  const { t, format } = useApp();
  const c = t.model.calibration;
  const off = calibrationError(levels);
  if (!off) return null;
  const series: CalibrationSeries[] = levels.map(({ type, bins }, k) => {
    const most = Math.max(...bins!.map(({ cells }) => cells));
    return { name: type, tone: tones[k], points: bins!.map(({ predicted, seen, cells }) => ({ claimed: predicted, seen, weight: cells / most })) };
  });
  const cells = new Map<string, number>(levels.map((r) => [r.type, r.cells]));
  const error = c.error(format.decimal(100 * off.error, 1));
  return (
    <figure class="panel calibration-panel">
      <figcaption>
        <h3>{c.levels}</h3>
        <p class="small">{c.levelsHint}</p>
      </figcaption>
      <CalibrationPlot series={series} xTitle={c.predicted} yTitle={c.seen} label={`${c.levels}: ${error}`} />
      <CalibrationLegend series={series}>{({ name }) => `${c.types[name as Reliability["type"]]} (${c.cells(format.count(cells.get(name)!))})`}</CalibrationLegend>
      <p class="small">{error}</p>
    </figure>
  );
}
