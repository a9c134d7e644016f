import { useEffect, useRef, useState } from "react";
import { useChange } from "../../changes";
import { Icon } from "../../icons";
import { Blank, Bones, Failed, Outcome } from "../../parts";
import type { ColumnChoice } from "../../reports/types";
import { useAsk } from "../../useAsk";
import type { Me } from "../Access";
import { EDIT, EDIT_DEFAULT, LIST, RESET } from "../documents";
import { useExposed } from "../exposure/exposed";
import { useHold } from "../Leaving";
import type { Somebody } from "../People";
import { Lists, type Side } from "./Lists";
import { SaveBar } from "./SaveBar";

export interface List {
  own: boolean;
  version: number;
  available: string[];
  restricted: string[];
}

interface Props {
  me: Me;
  /** Whose list it is; null for the system's. */
  person: Somebody | null;
  known: Map<string, ColumnChoice>;
}

/** One list of columns: what is moved in it, what that exposes, and what somebody else did to it meanwhile. */
export function ColumnEditor({ me, person, known }: Props) {
  const found = useAsk<{ columnList: List | null }>(LIST, { user: person?.id ?? null });
  const [list, setList] = useState<List | null>(null);
  const [moved, setMoved] = useState<Map<string, Side>>(new Map());
  const [resetting, setResetting] = useState(false);
  // The list as it stood before somebody else changed it.
  const [former, setFormer] = useState<List | null>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const { busy, said, say, make } = useChange();
  useEffect(() => {
    if (found.data) setList(found.data.columnList);
  }, [found.data]);
  const order = [...known.keys()];
  const all = [...(list?.available ?? []), ...(list?.restricted ?? [])].sort((a, b) => order.indexOf(a) - order.indexOf(b));
  const side = (key: string): Side => moved.get(key) ?? (list?.available.includes(key) ? "available" : "restricted");
  const add = all.filter((key) => side(key) === "available" && !list?.available.includes(key));
  const remove = all.filter((key) => side(key) === "restricted" && list?.available.includes(key));
  const editing = add.length + remove.length > 0;
  const given = { add, remove, version: list?.version };
  const reset = { user: person?.id, version: list?.version };
  const change = resetting ? { resetColumns: reset } : !editing ? null : person ? { editColumns: { ...given, user: person.id } } : { editColumnDefault: given };
  const exposed = useExposed(change);
  const overtaken = said?.conflict === true || (exposed.state === "refused" && exposed.conflict);
  useHold(change !== null);
  useEffect(() => {
    if (overtaken) lookAgain();
    // What is looked at again is the list of now.
  }, [overtaken]);
  if (found.error) return <Failed error={found.error} again={found.again} />;
  if (!found.data) return <Bones lines={10} />;
  if (!list) {
    return (
      <Blank icon="lock" title={person ? `You do not edit the columns of ${person.name}` : "You do not edit this list"}>
        <p>It takes user management over them. Whoever administers the platform can give it to you.</p>
      </Blank>
    );
  }
  const label = (key: string) => known.get(key)?.label ?? key;
  const locked = order.filter((key) => !all.includes(key));
  function lookAgain() {
    setFormer(list);
    say(null);
    found.again();
  }
  function move(keys: string[], to: Side) {
    say(null);
    setResetting(false);
    setMoved((before) => new Map([...before, ...keys.filter((key) => all.includes(key)).map((key): [string, Side] => [key, to])]));
  }
  /** Nothing waits to be saved any more. What was pressed is gone, and the keyboard goes on from the name of the list. */
  function clear() {
    setMoved(new Map());
    setResetting(false);
    setFormer(null);
    heading.current?.focus();
  }
  async function save() {
    const success = resetting
      ? await make<{ list: List }>(RESET, reset, "The system's list holds for them again.")
      : person
        ? await make<{ list: List }>(EDIT, { ...given, user: person.id }, `Saved. It holds for ${person.name} from now on.`)
        : await make<{ list: List }>(EDIT_DEFAULT, given, "Saved. It holds from now on for everybody without a list of their own.");
    if (!success) return found.again();
    setList(success.list);
    clear();
  }
  return (
    <div className="stack">
      <div className="line">
        <div className="grow">
          <h2 ref={heading} tabIndex={-1}>
            {person ? person.name : "System default"}
          </h2>
          <p className="soft small">
            {!person && "What the system gives to whoever has no list of their own."}
            {person && (list.own ? "Has a list of their own: the system's does not hold for them." : "Has no list of their own: the system's holds until you change something here.")}
          </p>
        </div>
        {person && person.id !== me.id && (
          <a className="button" href={`/explorer?as=${encodeURIComponent(person.id)}`}>
            <Icon name="eye" /> View as
          </a>
        )}
        {person && list.own && (
          <button
            type="button"
            className="button"
            disabled={busy || resetting}
            onClick={() => {
              clear();
              say(null);
              setResetting(true);
            }}
          >
            Use the system's list
          </button>
        )}
      </div>
      <Lists columns={all.map((key) => ({ id: key, label: label(key), about: known.get(key), side: side(key), changed: [...add, ...remove].includes(key) }))} move={move} />
      {locked.length > 0 && (
        <details className="card locked">
          <summary>
            <Icon name="lock" /> {locked.length} {locked.length === 1 ? "column" : "columns"} that you could not use yourself, so neither give nor take
          </summary>
          <p className="chips">
            {locked.map((key) => (
              <span key={key} className="chip">
                {label(key)}
              </span>
            ))}
          </p>
        </details>
      )}
      {change || former ? (
        <SaveBar
          add={add}
          remove={remove}
          resetting={resetting}
          meanwhile={former && { restricted: gone(former, list), available: gone(list, former) }}
          exposed={exposed}
          label={label}
          busy={busy || found.loading}
          said={said}
          restrict={(keys) => move(keys.filter((key) => all.includes(key)), "restricted")}
          goOn={() => setFormer(null)}
          discard={clear}
          save={() => void save()}
        />
      ) : (
        <Outcome said={said} />
      )}
    </div>
  );
}

/** What one list makes available and the other does not. */
function gone(from: List, to: List): string[] {
  return from.available.filter((key) => !to.available.includes(key));
}
