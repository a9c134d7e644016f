import { useEffect, useMemo, useState } from "react";
import { type Key, GridList, GridListItem, type Selection, useDragAndDrop, Button, type DropItem } from "react-aria-components";
import { useChange } from "../changes";
import { Icon } from "../icons";
import { Blank, Bones, Failed, Outcome } from "../parts";
import { About } from "../reports/ColumnPicker";
import { lensInput, lensKey } from "../reports/definition";
import { CHOICES, LENSES } from "../reports/documents";
import type { Choices, ColumnChoice, Lens } from "../reports/types";
import { useAsk } from "../useAsk";
import type { Me } from "./Access";
import { EDIT, EDIT_DEFAULT, LIST, RESET } from "./documents";
import { maySave, useExposed } from "./exposure/exposed";
import { WhatItExposes } from "./exposure/WhatItExposes";
import { People, type Somebody } from "./People";

interface List {
  own: boolean;
  version: number;
  available: string[];
  restricted: string[];
}

type Side = "available" | "restricted";

const TYPE = "application/x-sightline-column";

/** A change to these opens or closes cells of rows too, for staff. */
const ON_ROWS = new Set(["revenue", "payout", "sale_amount"]);

/** Which report columns somebody may use, as far as lists decide it: the system's list, and those of people. */
export function ColumnLists({ me }: { me: Me }) {
  const [person, setPerson] = useState<Somebody | null>(null);
  const first = useAsk<{ columnList: List | null }>(LIST, { user: null });
  const lenses = useAsk<{ reportLenses: Lens[] | null }>(LENSES);
  const lens = lenses.data?.reportLenses?.[0];
  const choices = useAsk<{ reportSchema: Choices | null }>(lens ? CHOICES : null, lens ? { lens: lensInput(lensKey(lens)) } : {});
  const known = useMemo(() => new Map((choices.data?.reportSchema?.columns ?? []).map((each) => [each.key, each])), [choices.data]);
  const mayEditDefault = first.data?.columnList != null;
  const ready = first.data !== null && lenses.data !== null && (!lens || choices.data !== null || choices.error !== null);
  return (
    <div className="split">
      <aside aria-label="Whose columns">
        <People label="Search people" chosen={person?.id ?? null} choose={setPerson}>
          {mayEditDefault && (
            <button type="button" className="people-top" aria-pressed={person === null} onClick={() => setPerson(null)}>
              <Icon name="reports" />
              <span className="grow">System default</span>
            </button>
          )}
        </People>
      </aside>
      <section className="split-main" aria-label="Columns">
        {!ready && <Bones lines={10} />}
        {ready && !person && !mayEditDefault && (
          <Blank icon="access" title="Whose columns?">
            <p>Choose somebody. You give and take the columns that you could use yourself.</p>
          </Blank>
        )}
        {ready && (person || mayEditDefault) && <Editor key={person?.id ?? "default"} me={me} person={person} known={known} />}
      </section>
    </div>
  );
}

/** The columns that a refusal says to restrict as well; none where it says nothing of the kind. */
function repairOf(message: string): string[] {
  const [, named = ""] = /Leave out (.+) too\./.exec(message) ?? [];
  return [...named.matchAll(/"([^"]+)"/g)].map(([, key = ""]) => key);
}

function Editor({ me, person, known }: { me: Me; person: Somebody | null; known: Map<string, ColumnChoice> }) {
  const found = useAsk<{ columnList: List | null }>(LIST, { user: person?.id ?? null });
  const [list, setList] = useState<List | null>(null);
  const [moved, setMoved] = useState<Map<string, Side>>(new Map());
  const [resetting, setResetting] = useState(false);
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
  const names = (keys: string[]) => keys.map(label).join(", ");
  function move(keys: string[], to: Side) {
    say(null);
    setResetting(false);
    setMoved((before) => new Map([...before, ...keys.filter((key) => all.includes(key)).map((key): [string, Side] => [key, to])]));
  }
  function discard() {
    setMoved(new Map());
    setResetting(false);
  }
  async function save() {
    const success = resetting
      ? await make<{ list: List }>(RESET, reset, "The system's list holds for them again.")
      : person
        ? await make<{ list: List }>(EDIT, { ...given, user: person.id }, `Saved. It holds for ${person.name} from now on.`)
        : await make<{ list: List }>(EDIT_DEFAULT, given, "Saved. It holds from now on for everybody without a list of their own.");
    if (success) {
      setList(success.list);
      discard();
    } else {
      found.again();
    }
  }
  const onRows = [...add, ...remove].filter((key) => ON_ROWS.has(key));
  const repair = exposed.state === "refused" ? repairOf(exposed.message).filter((key) => all.includes(key)) : [];
  return (
    <div className="stack">
      <div className="line">
        <div className="grow">
          <h2>{person ? person.name : "System default"}</h2>
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
              discard();
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
      <Outcome said={said} />
      {change && (
        <div className="savebar" role="region" aria-label="Changes that are not saved">
          <div className="grow savebar-what">
            {resetting && (
              <p>
                <strong>Their own list will be gone:</strong> the system's holds for them again.
              </p>
            )}
            {remove.length > 0 && (
              <p>
                <strong>Will be restricted:</strong> {names(remove)}
              </p>
            )}
            {add.length > 0 && (
              <p>
                <strong>Will be available:</strong> {names(add)}
              </p>
            )}
            {onRows.length > 0 && <p className="small soft">For staff this holds for the rows as well, not for reports alone: {names(onRows)}.</p>}
            <WhatItExposes exposed={exposed} label={label} />
          </div>
          <div className="savebar-acts">
            {repair.length > 0 && (
              <button type="button" className="button" onClick={() => move(repair, "restricted")}>
                Restrict {repair.length === 1 ? "it" : `those ${repair.length}`} too
              </button>
            )}
            <button type="button" className="button" disabled={busy} onClick={discard}>
              Discard
            </button>
            <button type="button" className="button primary" disabled={busy || !maySave(exposed)} onClick={() => void save()}>
              Save
            </button>
          </div>
        </div>
      )}
    </div>
  );
}

interface Item {
  id: string;
  label: string;
  about: ColumnChoice | undefined;
  side: Side;
  changed: boolean;
}

const TITLES: Record<Side, string> = { restricted: "Restricted", available: "Available" };

function Lists({ columns, move }: { columns: Item[]; move: (keys: string[], to: Side) => void }) {
  const [search, setSearch] = useState("");
  const [selected, setSelected] = useState<Record<Side, Selection>>({ restricted: new Set(), available: new Set() });
  const text = search.trim().toLowerCase();
  const found = columns.filter((each) => `${each.id} ${each.label}`.toLowerCase().includes(text));
  const of = (side: Side) => found.filter((each) => each.side === side);
  const marked = (side: Side) => of(side).filter((each) => selected[side] === "all" || (selected[side] as Set<Key>).has(each.id));
  function shift(from: Side, to: Side) {
    move(
      marked(from).map((each) => each.id),
      to,
    );
    setSelected((before) => ({ ...before, [from]: new Set() }));
  }
  const list = (side: Side, other: Side) => (
    <OneList side={side} items={of(side)} selected={selected[side]} select={(keys) => setSelected((before) => ({ ...before, [side]: keys }))} take={(keys) => move(keys, side)} moveAll={() => move(of(side).map((each) => each.id), other)} />
  );
  return (
    <>
      <div className="searching lists-search">
        <Icon name="search" />
        <input className="input" type="search" placeholder="Search columns" aria-label="Search columns" value={search} onChange={(event) => setSearch(event.target.value)} />
      </div>
      <div className="lists">
        {list("restricted", "available")}
        <div className="lists-between">
          <button type="button" className="button" disabled={marked("restricted").length === 0} onClick={() => shift("restricted", "available")}>
            Make available <Icon name="right" />
          </button>
          <button type="button" className="button" disabled={marked("available").length === 0} onClick={() => shift("available", "restricted")}>
            <Icon name="left" /> Restrict
          </button>
        </div>
        {list("available", "restricted")}
      </div>
    </>
  );
}

interface OneListProps {
  side: Side;
  items: Item[];
  selected: Selection;
  select: (keys: Selection) => void;
  take: (keys: string[]) => void;
  moveAll: () => void;
}

function OneList({ side, items, selected, select, take, moveAll }: OneListProps) {
  async function dropped(given: DropItem[]) {
    const texts = await Promise.all(given.map((item) => (item.kind === "text" && item.types.has(TYPE) ? item.getText(TYPE) : null)));
    take(texts.filter((text) => text !== null));
  }
  const { dragAndDropHooks } = useDragAndDrop({
    getItems: (keys) => [...keys].map((key) => ({ [TYPE]: String(key), "text/plain": items.find((each) => each.id === key)?.label ?? String(key) })),
    acceptedDragTypes: [TYPE],
    getDropOperation: () => "move",
    onRootDrop: ({ items: given }) => void dropped(given),
    onInsert: ({ items: given }) => void dropped(given),
  });
  const title = TITLES[side];
  return (
    <div className="card list">
      <div className="line list-head">
        <h3 className="grow">
          {title} <span className="faint">{items.length}</span>
        </h3>
        <button type="button" className="button quiet small" disabled={items.length === 0} onClick={moveAll}>
          {side === "restricted" ? "Make all available" : "Restrict all"}
        </button>
      </div>
      <GridList
        aria-label={`${title} columns`}
        className="list-items"
        items={items}
        dependencies={[items]}
        selectionMode="multiple"
        selectedKeys={selected}
        onSelectionChange={select}
        dragAndDropHooks={dragAndDropHooks}
        renderEmptyState={() => <p className="faint small list-none">{side === "restricted" ? "Nothing is restricted." : "Nothing is available."}</p>}
      >
        {(item) => (
          <GridListItem id={item.id} textValue={item.label} className={`list-item ${item.changed ? "changed" : ""}`}>
            <Button slot="drag" className="grip" aria-label={`Drag ${item.label}`}>
              <Icon name="grip" />
            </Button>
            <span className="mark" aria-hidden="true">
              <Icon name="check" />
            </span>
            <span className="grow">{item.label}</span>
            {item.changed && <span className="chip accent">not saved</span>}
            {item.about && <About column={item.about} />}
          </GridListItem>
        )}
      </GridList>
    </div>
  );
}
