import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import type { UnusualValue } from "../../../src/inference/typicality.js";
import { AttributeSearch } from "../../controls/combobox.js";
import { Icon } from "../../controls/icons.js";
import { Failure } from "../../controls/parts.js";
import { ValueField } from "../../controls/valueField.js";
import { titleOf } from "../../format.js";
import { asAppError, useApp } from "../../state.js";
import type { AppError } from "../../backend/backend.js";
import { examplePerson } from "./example.js";

/** What the person has entered, and where more is added. */
export function KnownPanel({ unusual, error }: { readonly unusual: readonly UnusualValue[]; readonly error?: { readonly name: string; readonly message: string } }): JSX.Element {
  const { facts, attributeOf, backend, t, given, setGiven } = useApp();
  const names = Object.keys(given);
  const added = useRef<string>(undefined);
  const search = useRef<HTMLDivElement>(null);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<AppError>();
  const seed = useRef(0);

  async function onExample(): Promise<void> {
    setBusy(true);
    setFailure(undefined);
    try {
      setGiven(await examplePerson(backend, facts, ++seed.current));
    } catch (cause) {
      setFailure(asAppError(cause));
    } finally {
      setBusy(false);
    }
  }
  const remove = (name: string): void => {
    setGiven(Object.fromEntries(Object.entries(given).filter(([other]) => other !== name)));
    search.current?.querySelector("input")?.focus();
  };
  return (
    <section class="panel known" aria-labelledby="known-title">
      <h2 id="known-title">{t.person.known}</h2>
      <div ref={search}>
        <AttributeSearch
          taken={new Set(names)}
          onPick={(name) => {
            added.current = name;
            setGiven({ ...given, [name]: "" });
          }}
        />
      </div>
      {names.length === 0 && <p class="empty">{t.person.knownNone}</p>}
      <ul class="known-list">
        {names.flatMap((name) => {
          const attribute = attributeOf.get(name);
          if (!attribute) return [];
          const odd = unusual.find((u) => u.name === name);
          return [
            <li key={name}>
              <div class="known-head">
                <span class="known-name">{titleOf(attribute)}</span>
                <button type="button" class="bare" aria-label={t.common.remove(titleOf(attribute))} onClick={() => remove(name)}>
                  <Icon name="close" />
                </button>
              </div>
              <ValueField
                attribute={attribute}
                value={given[name]}
                focus={added.current === name}
                error={error?.name === name ? error.message : undefined}
                onValue={(value) => setGiven({ ...given, [name]: value })}
              />
              {odd && <p class="field-note">{t.person.unusual(titleOf(attribute), odd.value)}</p>}
            </li>,
          ];
        })}
      </ul>
      {failure && <Failure error={failure} />}
      <div class="actions">
        <button type="button" class="quiet" disabled={busy} aria-describedby="example-hint" onClick={() => void onExample()}>
          <Icon name="dice" />
          {busy ? t.common.updating : t.person.example}
        </button>
        {names.length > 0 && (
          <button type="button" class="quiet" onClick={() => setGiven({})}>
            {t.person.clear}
          </button>
        )}
      </div>
      <p id="example-hint" class="faint small">{t.person.exampleHint}</p>
    </section>
  );
}
