import { Icon } from "../icons";
import type { Choices, Definition } from "./types";

/** A column that a report names and its viewer may not use; without a reason it is none that he knows of. */
export interface Lack {
  key: string;
  label: string;
  reason: string | null;
}

export function lacksOf(definition: Definition, choices: Choices | null): Lack[] {
  if (!choices) return [];
  const known = new Map(choices.columns.map((each) => [each.key, each]));
  const { order } = definition;
  const ordering = order && !definition.groupBy.includes(order.key) ? [order.key] : [];
  const asked = new Set([...definition.columns, ...definition.having.map((each) => each.column), ...ordering]);
  return [...asked].flatMap((key) => {
    const column = known.get(key);
    return column?.available ? [] : [{ key, label: column?.label ?? key, reason: column?.reason ?? null }];
  });
}

/** The parts of a report that name none of these columns. */
export function without(definition: Definition, lacks: Lack[]): Partial<Definition> {
  const keys = lacks.map((each) => each.key);
  return {
    columns: definition.columns.filter((key) => !keys.includes(key)),
    having: definition.having.filter((each) => !keys.includes(each.column)),
    order: definition.order && keys.includes(definition.order.key) ? null : definition.order,
  };
}

/** Which columns keep a report from running, and the way on. */
export function Withheld({ lacks, run }: { lacks: Lack[]; run: (() => void) | null }) {
  return (
    <div className="notice warn" role="alert">
      <Icon name="lock" />
      <div className="grow">
        {lacks.map(({ key, label, reason }) => (
          <p key={key}>
            <strong>{label}</strong> {reason ? `is not available to you: ${reason}.` : "is a column that is not there for you."}
          </p>
        ))}
        {!run && <p>The report has no other column: choose some that are there for you.</p>}
      </div>
      {run && (
        <button type="button" className="button small" onClick={run}>
          Run without {lacks.length === 1 ? "it" : "them"}
        </button>
      )}
    </div>
  );
}
