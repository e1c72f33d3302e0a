import type { JSX } from "preact";
import { isRare, repeatsPeople } from "../../../src/inference/generate/whereWarnings.js";
import type { Invented } from "../../backend/backend.js";
import { Note } from "../../controls/parts.js";
import { useApp } from "../../state.js";

/** How hard the conditions were to meet, as the command line says it. */
export function ConditionNotes({ people: { rows, where } }: { readonly people: Invented }): JSX.Element | null {
  const { t, format } = useApp();
  if (!where) return null;
  const { share, effective } = where;
  return (
    <>
      <p>{t.generate.meet(format.share(share))}</p>
      {isRare(where) && <Note kind="warn">{t.generate.hardlyAnybody}</Note>}
      {repeatsPeople(where, rows.length) && <Note kind="warn">{t.generate.fewIndependent(format.count(Math.floor(effective)), format.count(rows.length))}</Note>}
    </>
  );
}
