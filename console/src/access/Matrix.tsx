import { type FormEvent, useMemo, useState } from "react";
import { type ApiError, ask } from "../api";
import { Icon } from "../icons";
import { Blank, Failed } from "../parts";
import { asApiError, useAsk } from "../useAsk";
import { COORDINATES, NAMES, SOME_ROWS, WHO } from "./documents";
import { words } from "./exposure/exposed";
import type { Somebody } from "./People";

interface Schema {
  __schema: { types: { kind: string; name: string; interfaces: { name: string }[] | null; fields: { name: string; type: { name: string | null } }[] | null }[] };
}

interface Seen {
  type: string;
  fields: string[];
  people: Somebody[];
  /** Of each field, who is shown it. */
  shown: Map<string, Set<string>>;
  more: boolean;
}

/** Each is a question about up to a hundred people, which costs; a person has so many of them at once. */
const MOST_FIELDS = 8;
const FIRST_FIELDS = 5;
const FIRST_TYPE = "Conversion";

/** What one looks for first: money, and what names somebody. */
const TELLING = /payout|revenue|amount|profit|rate|email|customer|note|account|user/i;

function firstChoice(fields: string[]): string[] {
  return [...fields.filter((each) => TELLING.test(each)), ...fields.filter((each) => !TELLING.test(each))].slice(0, FIRST_FIELDS);
}

/** People against the fields of one row: who of those whom you administer is shown what, at one look. */
export function Matrix() {
  const schema = useAsk<Schema>(COORDINATES);
  const [type, setType] = useState(FIRST_TYPE);
  const [row, setRow] = useState("");
  const [chosen, setChosen] = useState<string[] | null>(null);
  const [seen, setSeen] = useState<Seen | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [progress, setProgress] = useState<{ done: number; all: number } | null>(null);
  const types = useMemo(() => (schema.data?.__schema.types ?? []).filter((each) => each.kind === "OBJECT" && each.interfaces?.some(({ name }) => name === "Node")), [schema.data]);
  const connection = useMemo(() => schema.data?.__schema.types.find((each) => each.name === "Query")?.fields?.find((each) => each.type.name === `${type}Connection`)?.name, [schema.data, type]);
  // Its own values; what leads to other rows is those rows' to show.
  const fields = (types.find((each) => each.name === type)?.fields ?? []).filter((each) => !each.type.name?.endsWith("Connection")).map((each) => each.name);

  const asked = fields.filter((each) => (chosen ?? firstChoice(fields)).includes(each));

  async function look(event: FormEvent) {
    event.preventDefault();
    setError(null);
    setSeen(null);
    setProgress({ done: 0, all: asked.length });
    try {
      const node = row.trim() || (connection ? await firstOf(connection) : null);
      if (node) setRow(node);
      let found: Seen = { type, fields: asked, people: [], shown: new Map(), more: false };
      for (const field of node ? asked : []) {
        const { whoCanSee } = await ask<{ whoCanSee: { users: string[]; last: string | null } | null }>(WHO, { coordinate: `${type}.${field}`, node, after: null });
        const users = whoCanSee?.users ?? [];
        const unknown = users.filter((id) => !found.people.some((each) => each.id === id));
        const { nodes } = unknown.length > 0 ? await ask<{ nodes: (Somebody | null)[] }>(NAMES, { ids: unknown }) : { nodes: [] };
        const people = [...found.people, ...nodes.filter((each) => each !== null)].sort((a, b) => a.name.localeCompare(b.name));
        found = { ...found, people, shown: new Map([...found.shown, [field, new Set(users)]]), more: found.more || (whoCanSee?.last ?? null) !== null };
        setProgress({ done: found.shown.size, all: asked.length });
      }
      setSeen(found);
    } catch (failed) {
      setError(asApiError(failed));
    }
    setProgress(null);
  }
  return (
    <div className="stack">
      <div>
        <h2>Who is shown which field of a row?</h2>
        <p className="soft small">Of the people whose access you administer, and of what you see yourself. Without an id, of the first row that you see.</p>
      </div>
      <form className="question" onSubmit={(event) => void look(event)}>
        <label className="field">
          <span className="label">Type</span>
          <select
            className="select"
            value={type}
            onChange={(event) => {
              setType(event.target.value);
              setRow("");
              setChosen(null);
            }}
          >
            {types.map((each) => (
              <option key={each.name} value={each.name}>
                {words(each.name)}
              </option>
            ))}
          </select>
        </label>
        <label className="field">
          <span className="label">Id of a row, or nothing for the first</span>
          <input className="input" value={row} onChange={(event) => setRow(event.target.value)} spellCheck={false} />
        </label>
        <button type="submit" className="button primary" disabled={progress !== null || asked.length === 0}>
          Look
        </button>
      </form>
      <fieldset className="ticks">
        <legend className="label">Fields, at most {MOST_FIELDS} at one look</legend>
        {fields.map((field) => (
          <label key={field}>
            <input type="checkbox" checked={asked.includes(field)} disabled={!asked.includes(field) && asked.length >= MOST_FIELDS} onChange={(event) => setChosen(event.target.checked ? [...asked, field] : asked.filter((each) => each !== field))} />
            {words(field)}
          </label>
        ))}
      </fieldset>
      {progress && (
        <p className="soft small" role="status">
          Looked at {progress.done} of {progress.all} fields…
        </p>
      )}
      {error && <Failed error={error} />}
      {seen && seen.people.length === 0 && (
        <Blank icon="lock" title="Nobody whose access you administer is shown this row">
          <p>Or there is no row with this id for you.</p>
        </Blank>
      )}
      {seen && seen.people.length > 0 && <Cells seen={seen} />}
    </div>
  );
}

async function firstOf(connection: string): Promise<string | null> {
  // The name comes from the viewer's own schema.
  const { rows } = await ask<{ rows: { nodes: { id: string }[] } }>(SOME_ROWS.replace("CONNECTION", connection));
  return rows.nodes[0]?.id ?? null;
}

function Cells({ seen }: { seen: Seen }) {
  const isShown = (field: string, person: Somebody) => seen.shown.get(field)?.has(person.id) ?? false;
  return (
    <section className="stack" aria-label={`Who is shown what of a ${words(seen.type).toLowerCase()}`}>
      {seen.more && <p className="faint small">There are more people: these are the first hundred whose access you administer.</p>}
      <div className="table-scroll matrix-scroll" tabIndex={0} role="region" aria-label="People and fields">
        <table className="matrix">
          <thead>
            <tr>
              <th scope="col">Person</th>
              {seen.fields.map((field) => (
                <th key={field} scope="col" className="turned">
                  <span>{words(field)}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {seen.people.map((person) => (
              <tr key={person.id}>
                <th scope="row">{person.name}</th>
                {seen.fields.map((field) => (
                  <td key={field}>
                    {isShown(field, person) ? (
                      <b className="level read" role="img" aria-label="shown">
                        <Icon name="check" />
                      </b>
                    ) : (
                      <span className="hidden-visually">not shown</span>
                    )}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
