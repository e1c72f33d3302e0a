import type { JSX } from "preact";
import type { Answer } from "../../src/inference/predict.js";
import { titleOf } from "../format.js";
import { useApp } from "../state.js";
import { Icon } from "./icons.js";

/** Warns where an answer rests on attributes that hardly anybody showed together with it. */
export function NeverTogether({ support }: Pick<Answer, "support">): JSX.Element | null {
  const { t, format, attributeOf } = useApp();
  if (!support || support.neverWith.length === 0) return null;
  const list = new Intl.ListFormat(format.language).format(support.neverWith.map((name) => titleOf(attributeOf.get(name) ?? { name })));
  return (
    <p class="card-note warn">
      <Icon name="warn" />
      <span>{t.person.never(support.more > 0 ? t.person.andMore(list, format.count(support.more)) : list, support.people)}</span>
    </p>
  );
}
