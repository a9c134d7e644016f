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

const AT_ONCE = 4;
const FIRST_TYPE = "Conversion";

/** People against the fields of one row: who of those whom you administer is shown what, at one look. */
export function Matrix() {
  const schema = useAsk<Schema>(COORDINATES);
  const [type, setType] = useState(FIRST_TYPE);
  const [row, setRow] = useState("");
  const [seen, setSeen] = useState<Seen | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [progress, setProgress] = useState<{ done: number; all: number } | null>(null);
  const types = useMemo(() => (schema.data?.__schema.types ?? []).filter((each) => each.kind === "OBJECT" && each.interfaces?.some(({ name }) => name === "Node")), [schema.data]);
  const connection = useMemo(() => schema.data?.__schema.types.find((each) => each.name === "Query")?.fields?.find((each) => each.type.name === `${type}Connection`)?.name, [schema.data, type]);
  // Its own values; what leads to other rows is those rows' to show.
  const fields = (types.find((each) => each.name === type)?.fields ?? []).filter((each) => !each.type.name?.endsWith("Connection")).map((each) => each.name);

  async function look(event: FormEvent) {
    event.preventDefault();
    setError(null);
    setSeen(null);
    setProgress({ done: 0, all: fields.length });
    try {
      const node = row.trim() || (connection ? await firstOf(connection) : null);
      const shown = new Map<string, Set<string>>();
      if (!node) {
        setSeen({ type, fields, people: [], shown, more: false });
        setProgress(null);
        return;
      }
      setRow(node);
      let more = false;
      const waiting = [...fields];
      async function work() {
        for (let field = waiting.shift(); field; field = waiting.shift()) {
          const { whoCanSee } = await ask<{ whoCanSee: { users: string[]; last: string | null } | null }>(WHO, { coordinate: `${type}.${field}`, node, after: null });
          more ||= (whoCanSee?.last ?? null) !== null;
          shown.set(field, new Set(whoCanSee?.users ?? []));
          setProgress({ done: shown.size, all: fields.length });
        }
      }
      await Promise.all(Array.from({ length: AT_ONCE }, work));
      const ids = [...new Set([...shown.values()].flatMap((each) => [...each]))].slice(0, 100);
      const { nodes } = ids.length > 0 ? await ask<{ nodes: (Somebody | null)[] }>(NAMES, { ids }) : { nodes: [] };
      const people = nodes.filter((each) => each !== null).sort((a, b) => a.name.localeCompare(b.name));
      setSeen({ type, fields, people, shown, more });
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
        <button type="submit" className="button primary" disabled={progress !== null || fields.length === 0}>
          Look
        </button>
      </form>
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
      {seen.more && <p className="faint small">Of some fields there are more than a hundred people: only the first ones are here.</p>}
      <div className="table-scroll matrix-scroll" tabIndex={0} role="region" aria-label="People and fields">
        <table className="matrix">
          <thead>
            <tr>
              <th scope="col">Field</th>
              {seen.people.map((each) => (
                <th key={each.id} scope="col" className="turned">
                  <span>{each.name}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {seen.fields.map((field) => (
              <tr key={field}>
                <th scope="row">{words(field)}</th>
                {seen.people.map((person) => (
                  <td key={person.id}>
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
