import { createContext } from "preact";
import { useContext, useEffect, useRef, useState } from "preact/hooks";
import { AppError, type Backend, type KnownAttribute, type ModelFacts } from "./backend/backend.js";
import type { Format } from "./format.js";
import type { Text } from "./text/index.js";

/** What the person has entered: attribute to text; '' where a value is still to come. Lives as long as the page. */
export type Entered = Readonly<Record<string, string>>;

export interface EnteredScenario {
  readonly name: string;
  readonly given: Entered;
}

export interface AppState {
  readonly facts: ModelFacts;
  readonly attributeOf: ReadonlyMap<string, KnownAttribute>;
  readonly backend: Backend;
  readonly t: Text;
  readonly format: Format;
  readonly given: Entered;
  setGiven(given: Entered): void;
  readonly pinned: readonly string[];
  setPinned(names: readonly string[]): void;
  /** undefined until the person has entered something: the page shows an example. */
  readonly scenarios: readonly EnteredScenario[] | undefined;
  setScenarios(scenarios: readonly EnteredScenario[]): void;
}

const AppContext = createContext<AppState | null>(null);
export const AppProvider = AppContext.Provider;

export function useApp(): AppState {
  const state = useContext(AppContext);
  if (!state) throw new Error("useApp outside the app");
  return state;
}

/** The values that are there and can be read: what a question gives. */
export function readable(entered: Entered, attributeOf: ReadonlyMap<string, KnownAttribute>): Record<string, string> {
  return Object.fromEntries(Object.entries(entered).filter(([name, value]) => value.trim() !== "" && isReadable(value, attributeOf.get(name))));
}

export function isReadable(value: string, attribute: KnownAttribute | undefined): boolean {
  switch (attribute?.type) {
    case "real":
    case "positive":
    case "count":
      return Number.isFinite(Number(value));
    case "date":
      return !Number.isNaN(Date.parse(value));
    default:
      return true;
  }
}

export interface Asked<T> {
  /** The newest answer, which may belong to an older question while `busy`. */
  readonly value?: T;
  readonly error?: AppError;
  readonly busy: boolean;
}

/**
 * Asks whenever the key changes, after the person has paused for a moment. An answer that comes after the next question is
 * dropped, and its request is ended.
 * @param key what the question depends on, as text; undefined asks nothing
 */
export function useAsk<T>(key: string | undefined, ask: (signal: AbortSignal) => Promise<T>, delay = 120): Asked<T> {
  const [state, setState] = useState<Asked<T>>({ busy: key !== undefined });
  const newest = useRef(ask);
  newest.current = ask;
  const first = useRef(true);
  useEffect(() => {
    if (key === undefined) {
      setState({ busy: false });
      return;
    }
    const control = new AbortController();
    setState((before) => ({ ...before, busy: true }));
    const timer = setTimeout(() => {
      newest.current(control.signal).then(
        (value) => control.signal.aborted || setState({ value, busy: false }),
        (error: unknown) => control.signal.aborted || setState((before) => ({ value: before.value, error: asAppError(error), busy: false })),
      );
    }, first.current ? 0 : delay);
    first.current = false;
    return () => {
      clearTimeout(timer);
      control.abort();
    };
  }, [key]);
  return state;
}

export const asAppError = (error: unknown): AppError => (error instanceof AppError ? error : new AppError(error instanceof Error ? error.message : String(error), { cause: error }));

/** A number that counts up; unique ids for labels. */
let ids = 0;
export function useId(prefix: string): string {
  const ref = useRef("");
  if (ref.current === "") ref.current = `${prefix}-${++ids}`;
  return ref.current;
}
