import type { JSX, TargetedKeyboardEvent } from "preact";
import { useMemo, useRef, useState } from "preact/hooks";
import type { KnownAttribute } from "../backend/backend.js";
import { titleOf } from "../format.js";
import { useApp, useId } from "../state.js";
import { Icon } from "./icons.js";

const shown = 10;

/** Attributes that match all words of a text in name, label, unit or alias; those that begin with it come first. */
export function searchAttributes(attributes: readonly KnownAttribute[], text: string): KnownAttribute[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const ranked = attributes.flatMap((attribute, order) => {
    const title = titleOf(attribute).toLowerCase();
    const name = attribute.name.toLowerCase();
    const all = [title, name, attribute.unit ?? "", ...(attribute.aliases ?? [])].join(" ").toLowerCase();
    if (!words.every((word) => all.includes(word))) return [];
    const start = words[0] ?? "";
    const rank = title.startsWith(start) || name.startsWith(start) ? 0 : title.split(/[^\p{L}\p{N}]+/u).some((part) => part.startsWith(start)) ? 1 : 2;
    return [{ attribute, rank, order }];
  });
  return ranked.sort((a, b) => a.rank - b.rank || a.order - b.order).map(({ attribute }) => attribute);
}

/** A search field with a list of matches (ARIA combobox): arrows, Enter and Escape work. */
export function AttributeSearch({ taken, onPick, label }: { readonly taken: ReadonlySet<string>; readonly onPick: (name: string) => void; readonly label?: string }): JSX.Element {
  const { facts, t, format } = useApp();
  const [text, setText] = useState("");
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(0);
  const id = useId("search");
  const input = useRef<HTMLInputElement>(null);
  const found = useMemo(() => searchAttributes(facts.attributes.filter(({ name }) => !taken.has(name)), text), [facts, taken, text]);
  const list = found.slice(0, shown);

  const pick = (attribute: KnownAttribute): void => {
    setText("");
    setOpen(false);
    setActive(0);
    onPick(attribute.name);
  };
  const onKeyDown = (event: TargetedKeyboardEvent<HTMLInputElement>): void => {
    if (event.isComposing) return;
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      if (!open) setOpen(true);
      else setActive((active + step + list.length) % Math.max(1, list.length));
    } else if (event.key === "Enter" && open && list[active]) {
      event.preventDefault();
      pick(list[active]);
    } else if (event.key === "Escape" && open) {
      event.preventDefault();
      setOpen(false);
    }
  };
  return (
    <div class="combobox">
      <label for={id}>{label ?? t.search.label}</label>
      <div class="field with-icon">
        <Icon name="search" />
        <input
          id={id}
          ref={input}
          type="text"
          role="combobox"
          autoComplete="off"
          spellcheck={false}
          placeholder={t.search.placeholder}
          aria-expanded={open}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={open && list[active] ? `${id}-${active}` : undefined}
          value={text}
          onInput={(event) => {
            setText(event.currentTarget.value);
            setActive(0);
            setOpen(true);
          }}
          onFocus={() => setOpen(true)}
          onClick={() => setOpen(true)}
          onBlur={() => setOpen(false)}
          onKeyDown={onKeyDown}
        />
      </div>
      {/* No stop for Tab, which scrolling boxes are of themselves: it is hidden before it would get the focus. */}
      <ul id={`${id}-list`} class="options" role="listbox" tabIndex={-1} aria-label={t.search.label} hidden={!open || list.length === 0}>
        {list.map((attribute, k) => (
          <li
            key={attribute.name}
            id={`${id}-${k}`}
            role="option"
            aria-selected={k === active}
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => pick(attribute)}
          >
            <span>{titleOf(attribute)}</span>
            <span class="faint">{[attribute.label ? attribute.name : "", attribute.unit].filter(Boolean).join(" · ")}</span>
          </li>
        ))}
      </ul>
      <p class="options-note" role="status" hidden={!open || (text === "" && list.length > 0)}>
        {found.length === 0 ? t.search.none(text) : found.length > shown ? t.search.more(format.count(found.length - shown)) : t.search.found(format.count(found.length))}
      </p>
    </div>
  );
}
