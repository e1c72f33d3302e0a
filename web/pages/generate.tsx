import type { JSX } from "preact";
import { useMemo, useRef, useState } from "preact/hooks";
import { formatCondition, type Condition } from "../../src/schema/condition.js";
import type { AppError, Invented, KnownAttribute } from "../backend/backend.js";
import { AttributeSearch } from "../controls/combobox.js";
import { Icon } from "../controls/icons.js";
import { Failure, Note, Progress, saveTable } from "../controls/parts.js";
import { ValueField } from "../controls/valueField.js";
import { isLevels, titleOf } from "../format.js";
import { asAppError, isReadable, useApp } from "../state.js";
import { ConditionNotes } from "./generate/conditionNotes.js";
import { compareInvented, Figures, type InventedFigures } from "./generate/figures.js";
import { suggestions } from "./suggest.js";
import { Preview } from "./table/preview.js";

const operators = [">=", "<=", "=", "!="] as const;
type Operator = (typeof operators)[number];
const signs: Readonly<Record<Operator, string>> = { ">=": "≥", "<=": "≤", "=": "=", "!=": "≠" };

interface Wish {
  readonly id: number;
  readonly name: string;
  readonly op: Operator;
  readonly value: string;
}

const previewed = 12;
/** Conditions that are offered to begin with. */
const suggested = 3;
const most = 100_000;
const largestSeed = 4_294_967_295;
let wishes = 0;

export function GeneratePage(): JSX.Element {
  const { attributeOf, facts, backend, t, format } = useApp();
  const [conditions, setConditions] = useState<readonly Wish[]>([]);
  const [rows, setRows] = useState("100");
  const [seed, setSeed] = useState("1");
  const [done, setDone] = useState<number>();
  const [made, setMade] = useState<Invented>();
  const [figures, setFigures] = useState<InventedFigures>();
  const [failure, setFailure] = useState<AppError>();
  const [told, setTold] = useState("");
  const control = useRef<AbortController>(undefined);
  /** The settings that the people shown were invented under. */
  const [madeUnder, setMadeUnder] = useState("");
  const added = useRef<number>(undefined);
  const where = whereText(conditions, attributeOf);
  const fileName = `${facts.name}-invented.csv`;
  const count = wholeNumber(rows, 1, most);
  const start = wholeNumber(seed, 0, largestSeed);
  const settings = JSON.stringify([where, count, start]);

  async function onMake(): Promise<void> {
    if (count === undefined || start === undefined) return;
    control.current = new AbortController();
    const { signal } = control.current;
    setFailure(undefined);
    setMade(undefined);
    setFigures(undefined);
    setTold("");
    setDone(0);
    try {
      const people = await backend.generate({ rows: count, seed: start, ...(where === "" ? {} : { where }) }, signal, setDone);
      setMade(people);
      setMadeUnder(settings);
      const marginals = await backend.marginals(signal);
      const rare = marginals && marginals.columns.filter((column) => column.rare).length;
      setFigures({ conditions: where !== "", rare, likeness: marginals && where === "" ? compareInvented(people, marginals, facts.attributes) : null });
    } catch (error) {
      if (signal.aborted) setTold(t.generate.cancelled);
      else setFailure(asAppError(error));
    } finally {
      setDone(undefined);
    }
  }
  const change = (id: number, part: Partial<Wish>): void => setConditions(conditions.map((wish) => (wish.id === id ? { ...wish, ...part } : wish)));
  return (
    <>
      <header class="page-head">
        <h1 tabIndex={-1}>{t.generate.title}</h1>
        <p class="lead">{t.generate.lead}</p>
      </header>
      <div class="columns">
        <form
          class="panel known"
          onSubmit={(event) => {
            event.preventDefault();
            void onMake();
          }}
        >
          <h2>{t.generate.conditions}</h2>
          <AttributeSearch
            label={t.generate.addCondition}
            taken={new Set()}
            onPick={(name) => {
              added.current = ++wishes;
              setConditions([...conditions, { id: wishes, name, op: isLevels(attributeOf.get(name)!) ? "=" : ">=", value: "" }]);
            }}
          />
          {conditions.length === 0 && <p class="empty">{t.generate.conditionsNone}</p>}
          <ul class="known-list">
            {conditions.map(({ id, name, op, value }) => {
              const attribute = attributeOf.get(name)!;
              const title = titleOf(attribute);
              const allowed = isLevels(attribute) ? (["=", "!="] as const) : operators;
              return (
                <li key={id}>
                  <div class="known-head">
                    <span class="known-name">{title}</span>
                    <select class="operator" aria-label={t.generate.operator(title)} value={op} onChange={(event) => change(id, { op: event.currentTarget.value as Operator })}>
                      {allowed.map((each) => (
                        <option key={each} value={each}>
                          {signs[each]}
                        </option>
                      ))}
                    </select>
                    <button type="button" class="bare" aria-label={t.common.remove(title)} onClick={() => setConditions(conditions.filter((wish) => wish.id !== id))}>
                      <Icon name="close" />
                    </button>
                  </div>
                  <ValueField attribute={attribute} value={value} label={t.generate.operand(title)} focus={added.current === id} onValue={(changed) => change(id, { value: changed })} />
                  {!counts(value, attribute) && <p class="field-note">{t.generate.noValue}</p>}
                </li>
              );
            })}
          </ul>
          <div class="pair">
            <label>
              <span>{t.generate.rows}</span>
              <input type="number" min="1" max={most} step="1" value={rows} aria-invalid={count === undefined} aria-describedby={count === undefined ? "rows-note" : undefined} onInput={(event) => setRows(event.currentTarget.value)} />
              {count === undefined && (
                <span id="rows-note" class="field-note">
                  {t.generate.whole("1", format.count(most))}
                </span>
              )}
            </label>
            <label>
              <span>{t.generate.seed}</span>
              <input type="number" min="0" step="1" value={seed} aria-invalid={start === undefined} aria-describedby={start === undefined ? "seed-note" : "seed-hint"} onInput={(event) => setSeed(event.currentTarget.value)} />
              {start === undefined && (
                <span id="seed-note" class="field-note">
                  {t.generate.whole("0", format.count(largestSeed))}
                </span>
              )}
            </label>
          </div>
          <p id="seed-hint" class="faint small">
            {t.generate.seedHint}
          </p>
          <div class="actions">
            <button type="submit" class="primary" disabled={done !== undefined || count === undefined || start === undefined}>
              {t.generate.make}
            </button>
            {done !== undefined && (
              <button type="button" class="quiet" onClick={() => control.current?.abort(new DOMException("", "AbortError"))}>
                {t.common.cancel}
              </button>
            )}
          </div>
        </form>
        <section class="invented" aria-label={t.generate.title} aria-busy={done !== undefined}>
          {done !== undefined && <Progress label={t.generate.progress(format.count(done), format.count(count ?? 0))} done={done} all={count ?? 0} />}
          <p role="status" class="faint status">
            {told}
          </p>
          {failure && <Failure error={failure} />}
          {!made && done === undefined && !failure && <Invitation onTry={(name, op, value) => setConditions([...conditions, { id: ++wishes, name, op, value }])} taken={conditions.map(({ name }) => name)} />}
          {made && (
            <div class="panel">
              <div class="section-head">
                <h2>{t.generate.done(format.count(made.rows.length))}</h2>
                <button type="button" class="primary" onClick={() => saveTable(made, fileName)}>
                  {t.common.download}
                </button>
              </div>
              {madeUnder !== settings && <Note kind="warn">{t.generate.stale}</Note>}
              <ConditionNotes people={made} />
              <p class="faint small">{t.generate.preview(format.count(Math.min(previewed, made.rows.length)))}</p>
              <Preview title={t.generate.preview(format.count(Math.min(previewed, made.rows.length)))} columns={made.columns} rows={made.rows.slice(0, previewed).map((row) => row.map((text) => ({ text, filled: false })))} />
            </div>
          )}
          {figures && <Figures figures={figures} file={fileName} />}
          <p class="faint">{t.generate.limits}</p>
        </section>
      </div>
    </>
  );
}

/** What comes of the page, and conditions to try it with. */
function Invitation({ taken, onTry }: { readonly taken: readonly string[]; readonly onTry: (name: string, op: Operator, value: string) => void }): JSX.Element {
  const { facts, t } = useApp();
  const examples = useMemo(() => suggestions(facts.attributes), [facts]).filter(({ attribute: { name } }) => !taken.includes(name)).slice(0, suggested);
  return (
    <div class="panel invitation">
      <h2>{t.generate.invitation}</h2>
      <ul class="limits">
        {t.generate.outcomes.map((outcome) => (
          <li key={outcome}>{outcome}</li>
        ))}
      </ul>
      {examples.length > 0 && <p>{t.generate.tryCondition}</p>}
      <div class="actions">
        {examples.map(({ attribute, high }) => {
          const op = isLevels(attribute) ? "=" : ">=";
          return (
            <button key={attribute.name} type="button" class="quiet" onClick={() => onTry(attribute.name, op, high)}>
              {titleOf(attribute)} {signs[op]} {high} {attribute.unit && <span class="unit">{attribute.unit}</span>}
            </button>
          );
        })}
      </div>
    </div>
  );
}

/** Whether a value is there and can be read. */
const counts = (value: string, attribute: KnownAttribute): boolean => value !== "" && isReadable(value, attribute);

/** The conditions as one, in the language of `vhgm generate --where`; those without a value do not count. */
function whereText(wishes: readonly Wish[], attributeOf: ReadonlyMap<string, KnownAttribute>): string {
  const terms = wishes.flatMap(({ name, op, value }): Condition[] => {
    const attribute = attributeOf.get(name)!;
    if (!counts(value, attribute)) return [];
    const literal = isLevels(attribute) || attribute.type === "date" ? value : Number(value);
    return [{ kind: "compare", name, op, value: literal }];
  });
  return terms.length === 0 ? "" : formatCondition(terms.length === 1 ? terms[0] : { kind: "and", terms });
}

function wholeNumber(text: string, low: number, high: number): number | undefined {
  const value = Number(text);
  return text.trim() !== "" && Number.isInteger(value) && value >= low && value <= high ? value : undefined;
}
