import { type RefObject, useRef, useState } from "react";
import { type Key, GridList, GridListItem, type Selection, useDragAndDrop, Button, type DropItem } from "react-aria-components";
import { Icon } from "../../icons";
import { About } from "../../reports/ColumnPicker";
import type { ColumnChoice } from "../../reports/types";

export type Side = "available" | "restricted";

const TYPE = "application/x-sightline-column";

interface Item {
  id: string;
  label: string;
  about: ColumnChoice | undefined;
  side: Side;
  changed: boolean;
}

const TITLES: Record<Side, string> = { restricted: "Restricted", available: "Available" };

/** Both lists, to drag between, to mark and to move. */
export function Lists({ columns, move }: { columns: Item[]; move: (keys: string[], to: Side) => void }) {
  const [search, setSearch] = useState("");
  const [selected, setSelected] = useState<Record<Side, Selection>>({ restricted: new Set(), available: new Set() });
  const grids = { restricted: useRef<HTMLDivElement>(null), available: useRef<HTMLDivElement>(null) };
  const text = search.trim().toLowerCase();
  const found = columns.filter((each) => `${each.id} ${each.label}`.toLowerCase().includes(text));
  const of = (side: Side) => found.filter((each) => each.side === side);
  const marked = (side: Side) => of(side).filter((each) => selected[side] === "all" || (selected[side] as Set<Key>).has(each.id));
  function shift(from: Side, to: Side) {
    shiftAll(marked(from), from, to);
    setSelected((before) => ({ ...before, [from]: new Set() }));
  }
  /** What was pressed may be of no more use now: whoever goes on, goes on in the list he takes from. */
  function shiftAll(items: Item[], from: Side, to: Side) {
    grids[from].current?.focus();
    move(
      items.map((each) => each.id),
      to,
    );
  }
  const list = (side: Side, other: Side) => (
    <OneList grid={grids[side]} side={side} items={of(side)} selected={selected[side]} select={(keys) => setSelected((before) => ({ ...before, [side]: keys }))} take={(keys) => move(keys, side)} moveAll={() => shiftAll(of(side), side, other)} />
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
  grid: RefObject<HTMLDivElement | null>;
  side: Side;
  items: Item[];
  selected: Selection;
  select: (keys: Selection) => void;
  take: (keys: string[]) => void;
  moveAll: () => void;
}

function OneList({ grid, side, items, selected, select, take, moveAll }: OneListProps) {
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
        ref={grid}
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
