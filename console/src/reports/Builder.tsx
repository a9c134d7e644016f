import { useState } from "react";
import { Icon } from "../icons";
import { AddDimension } from "./AddDimension";
import { About, ColumnPicker } from "./ColumnPicker";
import { Conditions } from "./Conditions";
import { PRESETS, lensKey, lensLabel, ownDays } from "./definition";
import type { MayKeep } from "./SavedSheet";
import type { Choices, Definition, Lens } from "./types";

interface Props {
  lenses: Lens[];
  choices: Choices | null;
  definition: Definition;
  change: (part: Partial<Definition>) => void;
  may: MayKeep | null;
  /** There are other columns to choose from: look again. */
  again: () => void;
}

const MOST_DIMENSIONS = 4;
const ZONES = Intl.supportedValuesOf("timeZone");
const OWN = "OWN";

/** What a report is made of: everything that is in its address. */
export function Builder({ lenses, choices, definition, change, may, again }: Props) {
  const [picking, setPicking] = useState(false);
  const days = ownDays(definition.period);
  const columns = new Map((choices?.columns ?? []).map((each) => [each.key, each]));
  const free = (choices?.dimensions ?? []).filter((each) => !definition.groupBy.includes(each.key));
  // A condition or an order about a column that is gone goes with it.
  const withColumns = (chosen: string[]): Partial<Definition> => ({
    columns: chosen,
    having: definition.having.filter((each) => chosen.includes(each.column)),
    order: definition.order && [...chosen, ...definition.groupBy].includes(definition.order.key) ? definition.order : null,
  });
  return (
    <form className="builder" aria-label="Report builder" onSubmit={(event) => event.preventDefault()}>
      {lenses.length > 1 && (
        <label className="field">
          <span className="label">Seen as</span>
          <select className="select" value={definition.lens} onChange={(event) => change({ lens: event.target.value, filters: [], having: [], order: null, saved: "" })}>
            {lenses.map((lens) => (
              <option key={lensKey(lens)} value={lensKey(lens)}>
                {lensLabel(lens)}
              </option>
            ))}
          </select>
        </label>
      )}
      <label className="field">
        <span className="label">Period</span>
        <select
          className="select"
          value={days ? OWN : definition.period}
          onChange={(event) => change({ period: event.target.value === OWN ? lastMonths() : event.target.value })}
        >
          {PRESETS.map((each) => (
            <option key={each.key} value={each.key}>
              {each.label}
            </option>
          ))}
          <option value={OWN}>From one day to another</option>
        </select>
      </label>
      {days && (
        <div className="pair">
          <label className="field">
            <span className="label">First day</span>
            <input className="input" type="date" value={days.since} max={days.last} onChange={(event) => event.target.value && change({ period: `${event.target.value}..${days.last}` })} />
          </label>
          <label className="field">
            <span className="label">Last day</span>
            <input className="input" type="date" value={days.last} min={days.since} onChange={(event) => event.target.value && change({ period: `${days.since}..${event.target.value}` })} />
          </label>
        </div>
      )}
      <AsOf moment={definition.asOf} change={(asOf) => change({ asOf })} />
      <label className="field">
        <span className="label">Compared with</span>
        <select className="select" value={definition.compare} onChange={(event) => change({ compare: event.target.value })}>
          <option value="">Nothing</option>
          <option value="PREVIOUS_PERIOD">The period before</option>
          <option value="PREVIOUS_YEAR">The year before</option>
        </select>
      </label>

      <fieldset className="part">
        <legend className="label">Rows by</legend>
        {definition.groupBy.map((key, at) => (
          <div key={key} className="picked">
            <span className="grow">{choices?.dimensions.find((each) => each.key === key)?.label ?? key}</span>
            {at > 0 && (
              <button type="button" className="button quiet icon-only small" aria-label={`Move ${key} up`} onClick={() => change({ groupBy: swapped(definition.groupBy, at) })}>
                <Icon name="up" />
              </button>
            )}
            <button type="button" className="button quiet icon-only small" aria-label={`Take ${key} out`} onClick={() => change({ groupBy: definition.groupBy.filter((each) => each !== key), order: null })}>
              <Icon name="close" />
            </button>
          </div>
        ))}
        {definition.groupBy.length === 0 && <p className="faint small">One row for everything.</p>}
        {definition.groupBy.length < MOST_DIMENSIONS && <AddDimension free={free} add={(key) => change({ groupBy: [...definition.groupBy, key] })} />}
      </fieldset>

      <fieldset className="part">
        <legend className="label">Columns</legend>
        {definition.columns.map((key) => {
          const column = columns.get(key);
          return (
            <div key={key} className={`picked ${choices && !column?.available ? "withheld" : ""}`}>
              {choices && !column?.available && <Icon name="lock" />}
              <span className="grow">{column?.label ?? key}</span>
              {column && <About column={column} />}
              <button type="button" className="button quiet icon-only small" aria-label={`Take ${column?.label ?? key} out`} onClick={() => change(withColumns(definition.columns.filter((each) => each !== key)))}>
                <Icon name="close" />
              </button>
            </div>
          );
        })}
        <button type="button" className="button" disabled={!choices} onClick={() => setPicking(true)}>
          <Icon name="plus" /> Choose columns
        </button>
      </fieldset>

      <Conditions columns={definition.columns} known={columns} having={definition.having} change={(having) => change({ having })} />

      {Object.keys(definition.rest).length > 0 && (
        <fieldset className="part">
          <legend className="label">Also asked</legend>
          {Object.entries(definition.rest).map(([part, value]) => (
            <div key={part} className="picked">
              <span className="grow" title={JSON.stringify(value)}>
                {part}: {JSON.stringify(value)}
              </span>
              <button type="button" className="button quiet icon-only small" aria-label={`Without ${part}`} onClick={() => change({ rest: Object.fromEntries(Object.entries(definition.rest).filter(([each]) => each !== part)) })}>
                <Icon name="close" />
              </button>
            </div>
          ))}
        </fieldset>
      )}

      {definition.filters.length > 0 && (
        <fieldset className="part">
          <legend className="label">Only</legend>
          {definition.filters.map((filter) => (
            <div key={`${filter.dimension}:${filter.value}`} className="picked">
              <Icon name="filter" />
              <span className="grow">{filter.label}</span>
              <button type="button" className="button quiet icon-only small" aria-label={`Not only ${filter.label}`} onClick={() => change({ filters: definition.filters.filter((each) => each !== filter) })}>
                <Icon name="close" />
              </button>
            </div>
          ))}
        </fieldset>
      )}

      <details className="part">
        <summary className="label">Time zone and currency</summary>
        <label className="field">
          <span className="label">Days begin as in</span>
          <select className="select" value={definition.timeZone} onChange={(event) => change({ timeZone: event.target.value })}>
            <option value="">Your own time zone</option>
            {ZONES.map((zone) => (
              <option key={zone}>{zone}</option>
            ))}
          </select>
        </label>
        <label className="field">
          <span className="label">Amounts</span>
          <select className="select" value={definition.currency} onChange={(event) => change({ currency: event.target.value })}>
            <option value="">In the platform's currency</option>
            <option value="NATIVE">As they are, by currency</option>
          </select>
        </label>
      </details>

      {picking && choices && (
        <ColumnPicker
          columns={choices.columns}
          chosen={definition.columns}
          may={may}
          again={again}
          close={(chosen) => {
            setPicking(false);
            if (chosen) change(withColumns(chosen));
          }}
        />
      )}
    </form>
  );
}

/** Whether the numbers are those of now, or those that were known at an earlier moment. */
function AsOf({ moment, change }: { moment: string; change: (moment: string) => void }) {
  return (
    <>
      <label className="field">
        <span className="label">Numbers</span>
        <select className="select" value={moment ? OWN : ""} onChange={(event) => change(event.target.value === OWN ? startOfToday() : "")}>
          <option value="">As they are now</option>
          <option value={OWN}>As they stood on an earlier day</option>
        </select>
      </label>
      {moment && (
        <label className="field">
          <span className="label">As it stood on</span>
          <input className="input" type="datetime-local" value={localTime(moment)} max={localTime(new Date().toISOString())} onChange={(event) => event.target.value && change(new Date(event.target.value).toISOString())} />
        </label>
      )}
    </>
  );
}

function startOfToday(): string {
  return new Date(new Date().setHours(0, 0, 0, 0)).toISOString();
}

/** A moment on the clock of the browser's place, as its inputs take it. */
function localTime(moment: string): string {
  const at = new Date(moment);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

function swapped(keys: string[], at: number): string[] {
  const next = [...keys];
  [next[at - 1], next[at]] = [next[at] as string, next[at - 1] as string];
  return next;
}

function lastMonths(): string {
  const last = new Date();
  const since = new Date(last);
  since.setUTCMonth(since.getUTCMonth() - 3);
  return `${since.toISOString().slice(0, 10)}..${last.toISOString().slice(0, 10)}`;
}
