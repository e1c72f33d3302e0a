import type { JSX } from "preact";
import { Note } from "../../controls/parts.js";
import { titleOf } from "../../format.js";
import { useApp } from "../../state.js";
import type { CheckedCells, OddCells } from "./check.js";

const most = 5;

/** Cells that are kept but that the model can make little of, attribute by attribute, those with most cells first. */
export function CellNotes({ cells: { unknown, outside } }: { readonly cells: CheckedCells }): JSX.Element {
  const { t, format } = useApp();
  const notes = (odd: readonly OddCells[], sentence: (cells: OddCells) => string): JSX.Element | null => {
    if (odd.length === 0) return null;
    const shown = [...odd].sort((a, b) => b.count - a.count).slice(0, most).map(sentence);
    if (odd.length > most) shown.push(t.table.more(format.count(odd.length - most)));
    return <Note kind="warn">{shown.join(" ")}</Note>;
  };
  return (
    <>
      {notes(unknown, ({ attribute, count, first }) => t.table.unknownLevels(format.count(count), titleOf(attribute), first))}
      {notes(outside, ({ attribute, count, first }) => t.table.outside(format.count(count), titleOf(attribute), first, format.value(attribute.range!.low, attribute), format.value(attribute.range!.high, attribute)))}
    </>
  );
}
