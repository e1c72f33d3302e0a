import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { AppError, Backend, ModelFacts } from "./backend/backend.js";
import { createClient } from "./backend/http.js";
import { Icon } from "./controls/icons.js";
import { DeviceSwitch } from "./deviceSwitch.js";
import { createFormat } from "./format.js";
import { KeyForm } from "./keyForm.js";
import { ComparePage } from "./pages/compare.js";
import { GeneratePage } from "./pages/generate.js";
import { ModelPage } from "./pages/model.js";
import { PersonPage } from "./pages/person.js";
import { TablePage } from "./pages/table.js";
import { store, storedLanguage, storedTheme, themes, type Theme } from "./preferences.js";
import { AppProvider, asAppError, type AppState, type Entered, type EnteredScenario } from "./state.js";
import { languages, type Language } from "./text/index.js";

const pages = { person: PersonPage, compare: ComparePage, table: TablePage, generate: GeneratePage, model: ModelPage } as const;
type PageName = keyof typeof pages;

/** The page that the address names: "#/compare". */
function pageOfAddress(): PageName {
  const name = location.hash.replace(/^#\//, "");
  return Object.hasOwn(pages, name) ? (name as PageName) : "person";
}

export function App(): JSX.Element {
  const [language, setLanguage] = useState<Language>(storedLanguage);
  const [theme, setTheme] = useState<Theme>(storedTheme);
  const [key, setKey] = useState<string>();
  const [tries, setTries] = useState(0);
  const [model, setModel] = useState<string>();
  const [models, setModels] = useState<readonly string[]>([]);
  const client = useMemo(() => createClient(key, model), [key, model]);
  const [facts, setFacts] = useState<ModelFacts>();
  const [failure, setFailure] = useState<AppError>();
  const [device, setDevice] = useState<Backend>();
  const page = usePage();
  const t = languages[language];

  useEffect(() => {
    document.documentElement.lang = language;
    document.documentElement.dataset.theme = theme;
  }, [language, theme]);
  useEffect(() => {
    setFailure(undefined);
    Promise.all([client.model(), client.models()]).then(
      ([found, names]) => {
        setFacts(found);
        setModels(names);
      },
      (error: unknown) => setFailure(asAppError(error)),
    );
  }, [client, tries]);
  useEffect(() => {
    document.title = `${t.nav[page]} · ${facts?.name ?? "VHGM"}`;
  }, [t, page, facts]);

  return (
    <>
      <a class="skip" href="#main" onClick={(event) => [event.preventDefault(), document.getElementById("main")?.focus()]}>
        {t.app.skip}
      </a>
      <header class="top">
        <div class="top-inner">
          <a class="brand" href="#/person">
            <svg viewBox="0 0 32 32" aria-hidden="true">
              <path d="M3 25C10 25 11 7 16 7s6 18 13 18" />
              <path d="M3 25c9 0 9-9 14-9s5 9 12 9" />
            </svg>
            <span>
              VHGM
              {facts && models.length < 2 && <span class="model-name">{facts.name}</span>}
            </span>
          </a>
          {facts && models.length > 1 && (
            <select
              class="model-choice"
              aria-label={t.app.chooseModel}
              value={facts.name}
              onChange={(event) => {
                device?.close();
                setDevice(undefined);
                setFacts(undefined);
                setModel(event.currentTarget.value);
              }}
            >
              {models.map((name) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </select>
          )}
          <nav class="pages" aria-label={t.app.pages}>
            {(Object.keys(pages) as PageName[]).map((name) => (
              <a key={name} href={`#/${name}`} aria-current={name === page ? "page" : undefined}>
                {t.nav[name]}
              </a>
            ))}
          </nav>
          <div class="settings" role="group" aria-label={t.app.settings}>
            <select aria-label={t.app.chooseLanguage} value={language} onChange={(event) => choose("language", event.currentTarget.value as Language, setLanguage)}>
              {(Object.keys(languages) as Language[]).map((code) => (
                <option key={code} value={code} lang={code}>
                  {languages[code].language}
                </option>
              ))}
            </select>
            <select aria-label={t.app.theme} value={theme} onChange={(event) => choose("theme", event.currentTarget.value as Theme, setTheme)}>
              {themes.map((name) => (
                <option key={name} value={name}>
                  {t.app.themes[name]}
                </option>
              ))}
            </select>
          </div>
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        {facts ? (
          <Opened facts={facts} backend={device ?? client.backend} language={language} page={page}>
            {(content) => (
              <>
                {content}
                <footer class="foot">
                  {page !== "compare" && <p>{t.app.association}</p>}
                  <div class="foot-row">
                    <p>
                      {device ? t.app.onDevice : t.app.onServer} {t.app.nothingStored}
                    </p>
                    <DeviceSwitch facts={facts} bundle={client.bundle} device={device} onDevice={setDevice} />
                  </div>
                </footer>
              </>
            )}
          </Opened>
        ) : failure?.status === 401 ? (
          <KeyForm t={t} wrong={key !== undefined} onKey={setKey} />
        ) : failure ? (
          <div class="notice error" role="alert">
            <Icon name="warn" />
            <p>
              <strong>{t.app.failed}</strong> {failure.offline ? t.app.offline : failure.message}
            </p>
            <button type="button" onClick={() => setTries(tries + 1)}>
              {t.app.again}
            </button>
          </div>
        ) : (
          <p class="empty loading" role="status">
            {t.app.loading}
          </p>
        )}
      </main>
    </>
  );
}

function choose<T extends string>(key: "language" | "theme", value: T, set: (value: T) => void): void {
  store(key, value);
  set(value);
}

/** The page that is shown; on a change the heading takes the focus, so that a screen reader hears where it is. */
function usePage(): PageName {
  const [page, setPage] = useState(pageOfAddress);
  const first = useRef(true);
  useEffect(() => {
    const onChange = (): void => setPage(pageOfAddress());
    addEventListener("hashchange", onChange);
    return () => removeEventListener("hashchange", onChange);
  }, []);
  useEffect(() => {
    if (first.current) first.current = false;
    else {
      scrollTo(0, 0);
      document.querySelector<HTMLElement>("main h1")?.focus();
    }
  }, [page]);
  return page;
}

interface OpenedProps {
  readonly facts: ModelFacts;
  readonly backend: Backend;
  readonly language: Language;
  readonly page: PageName;
  readonly children: (content: JSX.Element) => JSX.Element;
}

/** What is entered lives here, so that it stays when one leafs from page to page. */
function Opened({ facts, backend, language, page, children }: OpenedProps): JSX.Element {
  const [given, setGiven] = useState<Entered>({});
  const [pinned, setPinned] = useState<readonly string[]>([]);
  const [scenarios, setScenarios] = useState<readonly EnteredScenario[]>();
  const attributeOf = useMemo(() => new Map(facts.attributes.map((attribute) => [attribute.name, attribute])), [facts]);
  const format = useMemo(() => createFormat(language), [language]);
  const state: AppState = { facts, attributeOf, backend, t: languages[language], format, given, setGiven, pinned, setPinned, scenarios, setScenarios };
  const Page = pages[page];
  return <AppProvider value={state}>{children(<Page />)}</AppProvider>;
}
