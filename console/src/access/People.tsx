import { type ReactNode, useState } from "react";
import { Icon } from "../icons";
import { Bones, Failed } from "../parts";
import { useAsk } from "../useAsk";
import { useSettled } from "../useSettled";
import { PEOPLE } from "./documents";

export interface Somebody {
  id: string;
  name: string;
}

interface Answer {
  users: { nodes: (Somebody & { status: string })[]; pageInfo: { hasNextPage: boolean } };
}

const TYPING_MILLISECONDS = 150;

interface Props {
  label: string;
  chosen: string | null;
  choose: (person: Somebody) => void;
  /** What stands above the people: the system's own list, or oneself. */
  children?: ReactNode;
}

/** Somebody of the people that the viewer sees. */
export function People({ label, chosen, choose, children }: Props) {
  const [search, setSearch] = useState("");
  const asked = useSettled(search, TYPING_MILLISECONDS);
  const where = asked ? { name: { startsWith: asked } } : null;
  const { data, error, loading, again } = useAsk<Answer>(PEOPLE, { where });
  return (
    <div className="people">
      <div className="searching">
        <Icon name="search" />
        <input className="input" type="search" placeholder="Name begins with" aria-label={label} value={search} onChange={(event) => setSearch(event.target.value)} />
      </div>
      {children}
      {error && <Failed error={error} again={again} />}
      {loading && !data && <Bones lines={8} />}
      {data && (
        <ul className="people-list" aria-label="People">
          {data.users.nodes.map((each) => (
            <li key={each.id}>
              <button type="button" aria-pressed={chosen === each.id} onClick={() => choose(each)}>
                <span className="grow">{each.name}</span>
                {each.status !== "ACTIVE" && <span className="chip warn">{each.status.toLowerCase()}</span>}
              </button>
            </li>
          ))}
        </ul>
      )}
      {data?.users.nodes.length === 0 && <p className="faint small">Nobody whom you see is called so. Names are compared letter by letter.</p>}
      {data?.users.pageInfo.hasNextPage && <p className="faint small">There are more people: search for one.</p>}
    </div>
  );
}
