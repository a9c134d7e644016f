import { type FormEvent, useId, useMemo, useState } from "react";
import { type ApiError, ask } from "../api";
import { Icon, type IconName } from "../icons";
import { Blank, Bones, Failed } from "../parts";
import { asApiError, useAsk } from "../useAsk";
import { useBusy } from "../useBusy";
import type { Me } from "./Access";
import { COORDINATES, EXPLAIN, NAMES, WHO } from "./documents";
import { People, type Somebody } from "./People";

interface Path {
  kind: string | null;
  holds: string[];
  asks: string;
  reaches: boolean;
  gives: string[];
  membership: { role: { name: string } | null; organization: { name: string } | null } | null;
  collaborator: { role: string | null; affiliateAccount: { name: string } | null } | null;
  companyAccess: { level: string | null; company: { name: string } | null } | null;
}

interface Explanation {
  outcome: keyof typeof OUTCOMES;
  needs: string[];
  paths: Path[];
}

const OUTCOMES = {
  SHOWN: { tone: "good", icon: "check", text: "Shown" },
  MASKED: { tone: "warn", icon: "lock", text: "Masked: the row is seen, this is not" },
  INVISIBLE: { tone: "bad", icon: "lock", text: "The row is not seen, and so neither is this" },
  CONDITIONAL: { tone: "warn", icon: "info", text: "Shown on some rows" },
  HIDDEN: { tone: "bad", icon: "lock", text: "Not in the schema at all" },
} as const satisfies Record<string, { tone: string; icon: IconName; text: string }>;

interface Schema {
  __schema: { types: { kind: string; name: string; interfaces: { name: string }[] | null; fields: { name: string }[] | null }[] };
}

/** Why somebody is shown something or not, path by path, and who is. */
export function Explain({ me }: { me: Me }) {
  const [person, setPerson] = useState<Somebody | null>(null);
  const about = person ?? me;
  const question = <Question key={about.id} me={me} about={about} />;
  if (!me.asksAboutOthers) return question;
  return (
    <div className="split">
      <aside aria-label="About whom">
        <People label="Search people" chosen={person?.id ?? null} choose={setPerson}>
          <button type="button" className="people-top" aria-pressed={person === null} onClick={() => setPerson(null)}>
            <Icon name="eye" />
            <span className="grow">Yourself</span>
          </button>
        </People>
      </aside>
      <div className="split-main">{question}</div>
    </div>
  );
}

function Question({ me, about }: { me: Me; about: Somebody }) {
  const names = useId();
  const schema = useAsk<Schema>(COORDINATES);
  const [coordinate, setCoordinate] = useState("Conversion.payout");
  const [row, setRow] = useState("");
  const [asked, setAsked] = useState<{ coordinate: string; row: string; found: Explanation | null } | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useBusy();
  const coordinates = useMemo(
    () =>
      (schema.data?.__schema.types ?? [])
        .filter((type) => type.kind === "OBJECT" && type.interfaces?.some((each) => each.name === "Node"))
        .flatMap((type) => [type.name, ...(type.fields ?? []).map((field) => `${type.name}.${field.name}`)]),
    [schema.data],
  );
  const mine = about.id === me.id;
  async function explain(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      const given = { coordinate: coordinate.trim(), node: row.trim() || null, user: mine ? null : about.id };
      const data = await ask<{ explainAccess: Explanation | null }>(EXPLAIN, given);
      setAsked({ coordinate: given.coordinate, row: row.trim(), found: data.explainAccess });
    } catch (failed) {
      setError(asApiError(failed));
      setAsked(null);
    }
    setBusy(false);
  }
  return (
    <div className="stack">
      <div className="line">
        <div className="grow">
          <h2>What does {mine ? "your account" : about.name} see?</h2>
          <p className="soft small">Name a type or a field, and a row where it is about one. You are told of what you see yourself.</p>
        </div>
        {!mine && (
          <a className="button" href={`/explorer?as=${encodeURIComponent(about.id)}`}>
            <Icon name="eye" /> View as
          </a>
        )}
      </div>
      <form className="question" onSubmit={(event) => void explain(event)}>
        <label className="field">
          <span className="label">Type or field</span>
          <input className="input" list={names} value={coordinate} onChange={(event) => setCoordinate(event.target.value)} required spellCheck={false} />
        </label>
        <datalist id={names}>
          {coordinates.map((each) => (
            <option key={each} value={each} />
          ))}
        </datalist>
        <label className="field">
          <span className="label">Id of a row, or nothing for any</span>
          <input className="input" value={row} onChange={(event) => setRow(event.target.value)} spellCheck={false} />
        </label>
        <button type="submit" className="button primary" disabled={busy}>
          Explain
        </button>
      </form>
      {error && <Failed error={error} />}
      {busy && !asked && <Bones lines={5} />}
      {asked && !asked.found && (
        <Blank icon="lock" title="Nothing to tell">
          <p>Either it does not exist, or you do not see it yourself, or you may not ask about this person. Which of them is not told.</p>
        </Blank>
      )}
      {asked?.found && <Answer explanation={asked.found} />}
      {asked?.found && asked.row && me.asksAboutOthers && <Others coordinate={asked.coordinate} row={asked.row} />}
    </div>
  );
}

function Answer({ explanation }: { explanation: Explanation }) {
  const { tone, icon, text } = OUTCOMES[explanation.outcome];
  return (
    <div className="stack">
      <div className={`notice ${tone}`} role="status">
        <Icon name={icon} />
        <strong>{text}</strong>
      </div>
      <p className="line">
        <span className="label">It takes</span>
        {explanation.needs.length === 0 && <span className="faint">nothing but seeing the row</span>}
        {explanation.needs.map((each) => (
          <span key={each} className="chip">
            {each.replaceAll("_", " ")}
          </span>
        ))}
      </p>
      <ul className="card paths">
        {explanation.paths.map((path, at) => (
          <li key={at}>
            <div className="line">
              <strong>{path.kind ?? "A grant that you do not see"}</strong>
              <span className="soft">{source(path)}</span>
              <span className="grow" />
              <span className={`chip ${path.reaches ? "good" : "bad"}`}>{path.reaches ? "reaches it" : "does not reach it"}</span>
              {path.gives.map((each) => (
                <span key={each} className="chip good">
                  gives {each.replaceAll("_", " ")}
                </span>
              ))}
              {path.reaches && path.gives.length < explanation.needs.length && <span className="chip warn">lacks {explanation.needs.filter((each) => !path.gives.includes(each)).join(", ").replaceAll("_", " ")}</span>}
            </div>
            {path.asks && <p className="soft small">Asked of a path of this kind: {path.asks}</p>}
            {path.holds.length > 0 && (
              <details>
                <summary className="small">What it holds</summary>
                <p className="chips">
                  {path.holds.map((each) => (
                    <code key={each} className="chip">
                      {each}
                    </code>
                  ))}
                </p>
              </details>
            )}
          </li>
        ))}
        {explanation.paths.length === 0 && <li className="faint">No path does anything for it.</li>}
      </ul>
    </div>
  );
}

function source({ membership, collaborator, companyAccess }: Path): string {
  if (membership) return [membership.role?.name, membership.organization?.name].filter(Boolean).join(" of ");
  if (collaborator) return [collaborator.role?.toLowerCase().replaceAll("_", " "), collaborator.affiliateAccount?.name].filter(Boolean).join(" on ");
  if (companyAccess) return [companyAccess.level?.toLowerCase(), companyAccess.company?.name].filter(Boolean).join(" of ");
  return "";
}

/** Which others are shown the same cell: a page of people at a time. */
function Others({ coordinate, row }: { coordinate: string; row: string }) {
  const [found, setFound] = useState<{ people: Somebody[]; last: string | null } | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  async function look(after: string | null) {
    setError(null);
    try {
      const { whoCanSee } = await ask<{ whoCanSee: { users: string[]; last: string | null } | null }>(WHO, { coordinate, node: row, after });
      const { nodes } = await ask<{ nodes: (Somebody | null)[] }>(NAMES, { ids: whoCanSee?.users ?? [] });
      setFound((before) => ({
        people: [...(after ? (before?.people ?? []) : []), ...nodes.filter((each) => each !== null)],
        last: whoCanSee?.last ?? null,
      }));
    } catch (failed) {
      setError(asApiError(failed));
    }
  }
  return (
    <section className="stack" aria-label="Who else is shown it">
      <div className="line">
        <h3 className="grow">Who is shown {coordinate} on this row</h3>
        {(!found || found.last) && (
          <button type="button" className="button" onClick={() => void look(found?.last ?? null)}>
            {found ? "Look at more people" : "Look"}
          </button>
        )}
      </div>
      {error && <Failed error={error} />}
      {found && (
        <p className="chips">
          {found.people.map((each) => (
            <span key={each.id} className="chip">
              {each.name}
            </span>
          ))}
          {found.people.length === 0 && <span className="faint">Nobody whose access you administer.</span>}
        </p>
      )}
    </section>
  );
}
