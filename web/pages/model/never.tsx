import type { JSX } from "preact";
import { titleOf } from "../../format.js";
import { useApp } from "../../state.js";

const blocksShown = 12;
const namesShown = 8;

/** Which attributes nobody in the training tables showed together. */
export function NeverTogether(): JSX.Element {
  const { facts: { never }, attributeOf, t, format } = useApp();
  const list = (names: readonly string[]): string => {
    const titles = names.slice(0, namesShown).map((name) => titleOf(attributeOf.get(name) ?? { name }));
    const text = format.list(titles);
    return names.length > namesShown ? t.person.andMore(text, format.count(names.length - namesShown)) : text;
  };
  return (
    <section aria-labelledby="never-title">
      <h2 id="never-title">{t.model.never}</h2>
      {never === null ? (
        <p>{t.model.neverUnknown}</p>
      ) : never.pairs === 0 ? (
        <p>{t.model.neverNone}</p>
      ) : (
        <>
          <p>{t.model.neverPairs(format.count(never.pairs), format.count(never.allPairs), format.share(never.pairs / never.allPairs))}</p>
          <ul class="blocks">
            {never.blocks.slice(0, blocksShown).map(({ a, b }, k) => (
              <li key={k}>
                <span>{list(a)}</span>
                <span class="block-cross" aria-label="×">×</span>
                <span>{list(b)}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
