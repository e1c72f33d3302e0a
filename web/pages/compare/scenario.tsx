import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import type { UnusualValue } from "../../../src/inference/typicality.js";
import { AttributeSearch } from "../../controls/combobox.js";
import { Icon } from "../../controls/icons.js";
import { ValueField } from "../../controls/valueField.js";
import { titleOf } from "../../format.js";
import { useApp, type EnteredScenario } from "../../state.js";

interface ScenarioPanelProps {
  readonly letter: string;
  readonly tone: string;
  readonly scenario: EnteredScenario;
  /** Values that are rare beside the others of this scenario, those of all scenarios included. */
  readonly unusual: readonly UnusualValue[];
  readonly error?: { readonly name: string; readonly message: string };
  readonly onScenario: (scenario: EnteredScenario) => void;
  readonly onRemove?: () => void;
}

/** One scenario's name and values. */
export function ScenarioPanel({ letter, tone, scenario, unusual, error, onScenario, onRemove }: ScenarioPanelProps): JSX.Element {
  const { t, attributeOf } = useApp();
  const added = useRef<string>(undefined);
  const { name, given } = scenario;
  return (
    <section class={`panel scenario ${tone}`} aria-label={t.compare.scenario(letter)}>
      <div class="known-head">
        <input class="scenario-name" type="text" aria-label={t.compare.scenarioName(letter)} value={name} maxLength={60} onInput={(event) => onScenario({ ...scenario, name: event.currentTarget.value })} />
        {onRemove && (
          <button type="button" class="bare" aria-label={t.compare.remove} onClick={onRemove}>
            <Icon name="close" />
          </button>
        )}
      </div>
      <AttributeSearch
        taken={new Set(Object.keys(given))}
        onPick={(picked) => {
          added.current = picked;
          onScenario({ ...scenario, given: { ...given, [picked]: "" } });
        }}
      />
      {Object.keys(given).length === 0 && <p class="empty">{t.compare.scenarioEmpty}</p>}
      <ul class="known-list">
        {Object.keys(given).flatMap((key) => {
          const attribute = attributeOf.get(key);
          if (!attribute) return [];
          const { [key]: value, ...rest } = given;
          return [
            <li key={key}>
              <div class="known-head">
                <span class="known-name">{titleOf(attribute)}</span>
                <button type="button" class="bare" aria-label={t.common.remove(titleOf(attribute))} onClick={() => onScenario({ ...scenario, given: rest })}>
                  <Icon name="close" />
                </button>
              </div>
              <ValueField
                attribute={attribute}
                value={value}
                label={`${letter}: ${titleOf(attribute)}`}
                focus={added.current === key}
                error={error?.name === key ? error.message : undefined}
                onValue={(changed) => onScenario({ ...scenario, given: { ...given, [key]: changed } })}
              />
            </li>,
          ];
        })}
      </ul>
      {unusual.map((odd) => (
        <p key={odd.name} class="field-note">
          {t.person.unusual(titleOf(attributeOf.get(odd.name) ?? odd), odd.value)}
        </p>
      ))}
    </section>
  );
}
