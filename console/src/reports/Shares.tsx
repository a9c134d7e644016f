import { useEffect, useState } from "react";
import { useChange } from "../changes";
import { Outcome } from "../parts";
import { useAsk } from "../useAsk";
import { PEOPLE, SHARE, UNSHARE } from "./documents";
import type { Place, Saved } from "./SavedSheet";

const TYPING_MILLISECONDS = 200;

interface Props {
  saved: Saved;
  organization: Place | null;
  people: boolean;
  changed: () => void;
}

/** Who else opens a report: an organization, or people one by one. It gives nobody a right to its numbers. */
export function Shares({ saved, organization, people, changed }: Props) {
  const { busy, said, make } = useChange();
  async function share(whom: object, name: string, on: boolean) {
    const done = on ? `Shared with ${name}, who sees it with their own rights.` : `Not shared with ${name} any more.`;
    if (await make(on ? SHARE : UNSHARE, { savedReport: saved.id, ...whom }, done)) changed();
  }
  const place = saved.organization ?? organization;
  return (
    <section className="stack" aria-label={`Who else opens ${saved.name}`}>
      <h3>Who else opens it</h3>
      {place && (
        <label className="tick">
          <input type="checkbox" checked={saved.organization !== null} disabled={busy} onChange={(event) => void share({ organization: place.id }, place.name, event.target.checked)} />
          Everybody in {place.name}
        </label>
      )}
      {people && <Somebody busy={busy} share={(person, on) => void share({ user: person.id }, person.name, on)} />}
      <Outcome said={said} />
    </section>
  );
}

interface Person {
  id: string;
  name: string;
}

function Somebody({ busy, share }: { busy: boolean; share: (person: Person, on: boolean) => void }) {
  const [typed, setTyped] = useState("");
  const [asked, setAsked] = useState("");
  useEffect(() => {
    const waiting = setTimeout(() => setAsked(typed.trim()), TYPING_MILLISECONDS);
    return () => clearTimeout(waiting);
  }, [typed]);
  const { data } = useAsk<{ users: { nodes: Person[] } }>(asked ? PEOPLE : null, { where: { name: { startsWith: asked } } });
  return (
    <>
      <label className="field half">
        <span className="label">Somebody whose name begins with</span>
        <input className="input" type="search" value={typed} onChange={(event) => setTyped(event.target.value)} />
      </label>
      {asked && data && (
        <ul className="sharing">
          {data.users.nodes.map((person) => (
            <li key={person.id} className="line">
              <span className="grow">{person.name}</span>
              <button type="button" className="button small" disabled={busy} aria-label={`Share with ${person.name}`} onClick={() => share(person, true)}>
                Share
              </button>
              <button type="button" className="button quiet small" disabled={busy} aria-label={`Stop sharing with ${person.name}`} onClick={() => share(person, false)}>
                Stop sharing
              </button>
            </li>
          ))}
          {data.users.nodes.length === 0 && <li className="faint small">Nobody whom you see is called so.</li>}
        </ul>
      )}
    </>
  );
}
