import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Text } from "./text/index.js";

/** Asks for the key of a server that wants one. */
export function KeyForm({ t, wrong, onKey }: { readonly t: Text; readonly wrong: boolean; readonly onKey: (key: string) => void }): JSX.Element {
  const [key, setKey] = useState("");
  return (
    <form
      class="panel key-form"
      onSubmit={(event) => {
        event.preventDefault();
        onKey(key.trim());
      }}
    >
      <h1>{t.app.key}</h1>
      <label>
        <span class="hidden">{t.app.key}</span>
        <input type="password" autoComplete="off" value={key} aria-invalid={wrong} onInput={(event) => setKey(event.currentTarget.value)} />
      </label>
      {wrong && <p class="field-note error" role="alert">{t.app.keyWrong}</p>}
      <p class="faint small">{t.app.keyHint}</p>
      <button type="submit" class="primary" disabled={key.trim() === ""}>
        {t.app.keyOpen}
      </button>
    </form>
  );
}
