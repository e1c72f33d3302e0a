import type { JSX } from "preact";
import { titleOf } from "../../format.js";
import { useApp, useAsk } from "../../state.js";

const shown = 5;
/** Less is not worth a line. */
const least = 0.005;

/** Which unknown attributes would narrow the pinned answers most; each can be entered at a press. */
export function TellsMost({ known, targets, onEnter }: { readonly known: Readonly<Record<string, string>>; readonly targets: readonly string[]; readonly onEnter: (name: string) => void }): JSX.Element {
  const { attributeOf, backend, t, format } = useApp();
  // Every candidate is played through, so it is asked only once the person has stopped for a while.
  const asked = useAsk(JSON.stringify([backend.place, known, targets]), (signal) => backend.next({ given: known, targets, top: shown }, signal), 600);
  const worth = (asked.value ?? []).filter(({ gain }) => gain >= least);
  const most = Math.max(...worth.map(({ gain }) => gain));
  return (
    <section class="tells-most" aria-labelledby="tells-title" aria-busy={asked.busy}>
      <h3 id="tells-title">{t.person.tellMost}</h3>
      <p class="faint small">{t.person.tellMostHint}</p>
      {asked.value && worth.length === 0 && <p class="small">{t.person.tellNothing}</p>}
      {asked.error && <p class="field-note error">{asked.error.offline ? t.app.offline : asked.error.message}</p>}
      <ol>
        {worth.map(({ name, gain }) => {
          const title = titleOf(attributeOf.get(name) ?? { name });
          const saved = `−${format.share(gain)}`;
          return (
            <li key={name}>
              <button type="button" class="quiet" aria-label={`${title} ${saved}: ${t.person.enterFor(title)} (${t.person.saves(format.share(gain))})`} onClick={() => onEnter(name)}>
                <span class="gain" aria-hidden="true">
                  <span style={{ width: `${(100 * gain) / most}%` }} />
                </span>
                {title} <span class="faint">{saved}</span>
              </button>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
