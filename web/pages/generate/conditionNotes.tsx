import type { JSX } from "preact";
import type { Invented } from "../../backend/backend.js";
import { Note } from "../../controls/parts.js";
import { useApp } from "../../state.js";

/** Below this share of the learned population there is little to go by. */
const rare = 1e-4;
/** Fewer independent people than this share of the rows are worth a warning. */
const enough = 0.5;

/** How hard the conditions were to meet, as the command line says it. */
export function ConditionNotes({ people: { rows, where } }: { readonly people: Invented }): JSX.Element | null {
  const { t, format } = useApp();
  if (!where) return null;
  const { share, exact, effective } = where;
  return (
    <>
      <p>{t.generate.meet(format.share(share))}</p>
      {share < rare && <Note kind="warn">{t.generate.hardlyAnybody}</Note>}
      {!exact && effective < enough * rows.length && <Note kind="warn">{t.generate.fewIndependent(format.count(Math.floor(effective)), format.count(rows.length))}</Note>}
    </>
  );
}
