import type { ComponentChildren, JSX } from "preact";
import type { AppError, KnownAttribute, TextTable } from "../backend/backend.js";
import type { Dialect } from "../../src/data/table.js";
import { formatCsv } from "../csv.js";
import { skillOf } from "../format.js";
import { useApp } from "../state.js";
import { Icon } from "./icons.js";

/** A failure in words. */
export function Failure({ error, onAgain }: { readonly error: AppError; readonly onAgain?: () => void }): JSX.Element {
  const { t } = useApp();
  return (
    <div class="notice error" role="alert">
      <Icon name="warn" />
      <p>
        <strong>{t.common.error}.</strong> {error.offline ? t.app.offline : error.message}
      </p>
      {onAgain && (
        <button type="button" class="quiet" onClick={onAgain}>
          {t.app.again}
        </button>
      )}
    </div>
  );
}

const levels = [0.5, 0.8, 0.9, 0.95] as const;

/** The choice of the level of intervals. */
export function LevelSelect({ label, value, disabled, onChange }: { readonly label: string; readonly value: number; readonly disabled?: boolean; readonly onChange: (level: number) => void }): JSX.Element {
  const { format } = useApp();
  return (
    <label>
      <span>{label}</span>
      <select value={value} disabled={disabled} onChange={(event) => onChange(Number(event.currentTarget.value))}>
        {levels.map((level) => (
          <option key={level} value={level}>
            {format.share(level)}
          </option>
        ))}
      </select>
    </label>
  );
}

export function Note({ children, kind = "plain" }: { readonly children: ComponentChildren; readonly kind?: "plain" | "warn" }): JSX.Element {
  return (
    <div class={`notice ${kind}`}>
      {kind === "warn" && <Icon name="warn" />}
      <p>{children}</p>
    </div>
  );
}

/** How well held-out cells were predicted, as a bar with its figure. */
export function Skill({ attribute }: { readonly attribute: Pick<KnownAttribute, "type" | "score"> }): JSX.Element {
  const { t, format } = useApp();
  const skill = skillOf(attribute);
  if (skill === undefined) return <span class="skill faint">{t.person.skillNone}</span>;
  return (
    <span class="skill" title={t.person.skillLong(format.share(skill), format.count(attribute.score!.cells))}>
      <span class="skill-bar" aria-hidden="true">
        <span style={{ width: `${Math.round(skill * 100)}%` }} />
      </span>
      {skill === 0 ? t.person.skillZero : t.person.skill(format.share(skill))}
    </span>
  );
}

export function Progress({ label, done, all }: { readonly label: string; readonly done: number; readonly all: number }): JSX.Element {
  return (
    <div class="progress">
      <progress aria-label={label} value={all > 0 ? done : undefined} max={all > 0 ? all : undefined} />
      <span role="status">{label}</span>
    </div>
  );
}

/** Offers a table as a file. @param dialect how the table was written that it came from */
export function saveTable(table: TextTable, name: string, dialect?: Required<Dialect>): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([formatCsv(table, dialect)], { type: "text/csv" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
