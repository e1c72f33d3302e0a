import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { KnownAttribute } from "../backend/backend.js";
import { isLevels, titleOf } from "../format.js";
import { isReadable, useApp, useId } from "../state.js";

export interface ValueFieldProps {
  readonly attribute: KnownAttribute;
  readonly value: string;
  readonly onValue: (value: string) => void;
  /** Words for a screen reader, where the attribute's name is not enough. */
  readonly label?: string;
  /** Takes the focus when it appears. */
  readonly focus?: boolean;
  /** Why the value was refused. */
  readonly error?: string;
}

/** The control that fits an attribute: a number with its unit and a slider, a choice of levels, a date. */
export function ValueField(props: ValueFieldProps): JSX.Element {
  const { attribute, focus } = props;
  const box = useRef<HTMLDivElement>(null);
  // Before the next key comes: who types on after choosing an attribute means its value.
  useLayoutEffect(() => {
    if (focus) box.current?.querySelector<HTMLElement>("input:not([type=range]), select")?.focus();
  }, []);
  const Field = attribute.type === "date" ? DateField : !isLevels(attribute) ? NumberField : (attribute.levels ?? []).length <= 3 ? FewLevels : ManyLevels;
  return (
    <div ref={box} class="value-field">
      <Field {...props} />
    </div>
  );
}

function NumberField({ attribute, value, onValue, label, error }: ValueFieldProps): JSX.Element {
  const { t, format } = useApp();
  const id = useId("value");
  const { range, resolution, unit } = attribute;
  const name = label ?? titleOf(attribute);
  const step = resolution ?? (range ? (range.high - range.low) / 200 : undefined);
  const wrong = !isReadable(value, attribute);
  const outside = range && value !== "" && !wrong && (Number(value) < range.low || Number(value) > range.high);
  const note = error ?? (outside ? t.person.outside(format.value(range.low, attribute), format.value(range.high, attribute)) : undefined);
  return (
    <div class="number-field">
      {range && range.high > range.low && (
        <input
          type="range"
          class={value === "" ? "unset" : ""}
          aria-label={t.person.slider(name)}
          min={range.low}
          max={range.high}
          step={step}
          value={value === "" ? (range.low + range.high) / 2 : value}
          onInput={(event) => onValue(event.currentTarget.value)}
        />
      )}
      <span class="number-box">
        <input
          type="number"
          inputMode="decimal"
          step={resolution ?? "any"}
          aria-label={`${name}${unit ? ` (${unit})` : ""}`}
          aria-invalid={wrong || error !== undefined}
          aria-describedby={note ? `${id}-note` : undefined}
          value={value}
          onInput={(event) => onValue(event.currentTarget.value)}
        />
        {unit && <span class="unit">{unit}</span>}
      </span>
      {note && <p id={`${id}-note`} class={error ? "field-note error" : "field-note"}>{note}</p>}
    </div>
  );
}

function FewLevels({ attribute, value, onValue, label, error }: ValueFieldProps): JSX.Element {
  const id = useId("level");
  return (
    <fieldset class="segments">
      <legend class="hidden">{label ?? titleOf(attribute)}</legend>
      {(attribute.levels ?? []).map((level) => (
        <label key={level} class="segment">
          <input type="radio" name={id} value={level} checked={value === level} onChange={() => onValue(level)} />
          <span>{level}</span>
        </label>
      ))}
      {error && <p class="field-note error">{error}</p>}
    </fieldset>
  );
}

function ManyLevels({ attribute, value, onValue, label, error }: ValueFieldProps): JSX.Element {
  const { t } = useApp();
  return (
    <>
      <select aria-label={label ?? titleOf(attribute)} aria-invalid={error !== undefined} value={value} onChange={(event) => onValue(event.currentTarget.value)}>
        <option value="">{t.common.choose}</option>
        {(attribute.levels ?? []).map((level) => (
          <option key={level} value={level}>
            {level}
          </option>
        ))}
      </select>
      {error && <p class="field-note error">{error}</p>}
    </>
  );
}

function DateField({ attribute, value, onValue, label, error }: ValueFieldProps): JSX.Element {
  return (
    <>
      <input type="date" aria-label={label ?? titleOf(attribute)} aria-invalid={error !== undefined} value={value} onInput={(event) => onValue(event.currentTarget.value)} />
      {error && <p class="field-note error">{error}</p>}
    </>
  );
}
