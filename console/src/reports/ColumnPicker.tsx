import { useMemo, useState } from "react";
import { Button, Dialog, GridList, GridListItem, Heading, Modal, ModalOverlay, useDragAndDrop } from "react-aria-components";
import { Icon } from "../icons";
import { Info } from "../parts";
import { Metrics } from "./Metrics";
import type { MayKeep } from "./SavedSheet";
import type { ColumnChoice } from "./types";

interface Props {
  columns: ColumnChoice[];
  chosen: string[];
  may: MayKeep | null;
  /** There are other columns to choose from: look again. */
  again: () => void;
  close: (chosen: string[] | null) => void;
}

const UNITS: Record<string, string> = {
  COUNT: "a count",
  QUANTITY: "a quantity",
  MONEY: "money",
  PERCENT: "per cent",
  FACTOR: "a factor",
  SECONDS: "a time",
  NUMBER: "a number",
};

export function ColumnPicker({ columns, chosen, may, again, close }: Props) {
  const [now, setNow] = useState(chosen);
  const [search, setSearch] = useState("");
  const known = useMemo(() => new Map(columns.map((each) => [each.key, each])), [columns]);
  const found = columns.filter((each) => matches(each, search));
  const available = found.filter((each) => each.available);
  const withheld = found.filter((each) => !each.available);
  const groups = [...new Set(available.map((each) => each.group))];
  const toggle = (key: string) => setNow(now.includes(key) ? now.filter((each) => each !== key) : [...now, key]);
  return (
    <ModalOverlay className="sheet-ground" isOpen isDismissable onOpenChange={(open) => !open && close(null)}>
      <Modal className="sheet picker">
        <Dialog>
          <header>
            <Heading slot="title" className="grow">
              Choose columns
            </Heading>
            <button type="button" className="button quiet icon-only" aria-label="Close" onClick={() => close(null)}>
              <Icon name="close" />
            </button>
          </header>
          <div className="picker-panes">
            <div className="picker-all">
              <div className="searching">
                <Icon name="search" />
                <input className="input" type="search" autoFocus placeholder="Search by name, meaning or key" aria-label="Search columns" value={search} onChange={(event) => setSearch(event.target.value)} />
              </div>
              <div className="line">
                <span className="faint small grow" role="status">
                  {available.length} available{withheld.length > 0 && `, ${withheld.length} not available to you`}
                </span>
                <button type="button" className="button quiet small" onClick={() => setNow([...new Set([...now, ...available.map((each) => each.key)])])}>
                  Select all
                </button>
              </div>
              <div className="picker-groups" role="group" aria-label="Available columns" tabIndex={-1}>
                {groups.map((group) => (
                  <fieldset key={group}>
                    <legend>{group}</legend>
                    {available
                      .filter((each) => each.group === group)
                      .map((each) => (
                        <div key={each.key} className="picker-choice">
                          <label>
                            <input type="checkbox" checked={now.includes(each.key)} onChange={() => toggle(each.key)} />
                            <span>{each.label}</span>
                          </label>
                          <About column={each} />
                        </div>
                      ))}
                  </fieldset>
                ))}
                {available.length === 0 && <p className="faint small picker-none">No column that you may use is called so.</p>}
                {withheld.length > 0 && (
                  <section aria-label="Not available to you">
                    <h3>Not available to you</h3>
                    {withheld.map((each) => (
                      <div key={each.key} className="picker-choice withheld">
                        <Icon name="lock" />
                        <span className="grow">
                          {each.label}
                          <small>{each.reason}</small>
                        </span>
                        {may?.request && (
                          <a className="button quiet small" href={askFor(each)} aria-label={`Ask for ${each.label}`}>
                            Ask for it
                          </a>
                        )}
                        <About column={each} />
                      </div>
                    ))}
                  </section>
                )}
                {may?.metrics && (
                  <Metrics
                    changed={(made) => {
                      if (made) setNow([...now, made]);
                      again();
                    }}
                  />
                )}
              </div>
            </div>
            <div className="picker-chosen">
              <div className="line">
                <h3 className="grow">In this report ({now.length})</h3>
                <button type="button" className="button quiet small" disabled={now.length === 0} onClick={() => setNow([])}>
                  Take all out
                </button>
              </div>
              <Chosen keys={now} known={known} change={setNow} />
            </div>
          </div>
          <footer>
            <button type="button" className="button" onClick={() => close(null)}>
              Cancel
            </button>
            <button type="button" className="button primary" disabled={now.length === 0} onClick={() => close(now)}>
              Use {now.length === 1 ? "this column" : `these ${now.length} columns`}
            </button>
          </footer>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

/** Where one asks for access to a column, which is filled in there. */
function askFor(column: ColumnChoice): string {
  const field = column.key.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  return `/access?tab=requests&about=ReportMetrics.${field}`;
}

function matches(column: ColumnChoice, search: string): boolean {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const text = [column.key, column.label, column.description, ...column.synonyms].join(" ").toLowerCase();
  return words.every((word) => text.includes(word));
}

export function About({ column }: { column: ColumnChoice }) {
  return (
    <Info about={column.label}>
      {column.description}
      <dl>
        <dt>Unit</dt>
        <dd>{UNITS[column.unit] ?? column.unit}</dd>
        {column.formula && (
          <>
            <dt>Formula</dt>
            <dd>
              <code>{column.formula}</code>
            </dd>
          </>
        )}
        <dt>Key</dt>
        <dd>
          <code>{column.key}</code>
        </dd>
      </dl>
    </Info>
  );
}

function Chosen({ keys, known, change }: { keys: string[]; known: Map<string, ColumnChoice>; change: (keys: string[]) => void }) {
  const { dragAndDropHooks } = useDragAndDrop({
    getItems: (dragged) => [...dragged].map((key) => ({ "text/plain": known.get(String(key))?.label ?? String(key) })),
    onReorder: ({ keys: moved, target }) => {
      const rest = keys.filter((key) => !moved.has(key));
      const at = rest.indexOf(String(target.key)) + (target.dropPosition === "after" ? 1 : 0);
      change([...rest.slice(0, at), ...keys.filter((key) => moved.has(key)), ...rest.slice(at)]);
    },
  });
  function step(key: string, by: number) {
    const at = keys.indexOf(key);
    const next = keys.filter((each) => each !== key);
    next.splice(at + by, 0, key);
    change(next);
  }
  const items = keys.map((key) => ({ id: key, label: known.get(key)?.label ?? key, open: known.get(key)?.available ?? false }));
  return (
    <GridList
      aria-label="Columns in this report, in their order"
      className="picker-order"
      items={items}
      dependencies={[keys]}
      dragAndDropHooks={dragAndDropHooks}
      renderEmptyState={() => <p className="faint small picker-none">Nothing yet: tick a column.</p>}
    >
      {(item) => (
        <GridListItem id={item.id} textValue={item.label} className="picker-item">
          <Button slot="drag" className="grip" aria-label={`Move ${item.label}`}>
            <Icon name="grip" />
          </Button>
          <span className="grow">{item.label}</span>
          {!item.open && <Icon name="lock" />}
          <Button className="button quiet icon-only small" aria-label={`Move ${item.label} up`} isDisabled={keys[0] === item.id} onPress={() => step(item.id, -1)}>
            <Icon name="up" />
          </Button>
          <Button className="button quiet icon-only small" aria-label={`Move ${item.label} down`} isDisabled={keys.at(-1) === item.id} onPress={() => step(item.id, 1)}>
            <Icon name="down" />
          </Button>
          <Button className="button quiet icon-only small" aria-label={`Take ${item.label} out`} onPress={() => change(keys.filter((key) => key !== item.id))}>
            <Icon name="close" />
          </Button>
        </GridListItem>
      )}
    </GridList>
  );
}
