import { ASSIGNABLE, type Content, type Holds, LINES, type Scope, STATUSES, SWITCHES, plain, switchLockedWhy } from "./content";

interface Props {
  scope: Scope;
  content: Content;
  holds: Holds;
  fixed: boolean;
  change: (part: Partial<Content>) => void;
}

/** Which money the holders of a role see, and to which rows it is limited. */
export function Limits({ scope, content, holds, fixed, change }: Props) {
  if (scope === "ORGANIZATION") {
    return (
      <fieldset className="ticks">
        <legend className="label">Product lines it covers</legend>
        <Ticks keys={LINES} on={content.productLines} fixed={fixed} change={(productLines) => change({ productLines })} />
      </fieldset>
    );
  }
  return (
    <>
      <Switches content={content} holds={holds} fixed={fixed} change={change} />
      {ASSIGNABLE.includes(content.baseType) && (
        <label className="field half">
          <span className="label">Sees of accounts and advertisers</span>
          <select className="select" value={content.userVisibility} disabled={fixed} onChange={(event) => change({ userVisibility: event.target.value })}>
            <option value="ALL">All of them</option>
            <option value="ASSIGNED">What is assigned to its holder</option>
          </select>
        </label>
      )}
      <fieldset className="ticks">
        <legend className="label">Conversions it sees</legend>
        <label>
          <input type="checkbox" checked={content.statuses === null} disabled={fixed} onChange={(event) => change({ statuses: event.target.checked ? null : [...STATUSES] })} />
          Of every status
        </label>
        {content.statuses !== null && <Ticks keys={STATUSES} on={content.statuses} fixed={fixed} change={(statuses) => change({ statuses })} />}
      </fieldset>
    </>
  );
}

export function Switches({ content, holds, fixed, change }: Omit<Props, "scope" | "content"> & { content: Pick<Content, "seeRevenue" | "seePayout" | "seeSaleAmount"> }) {
  return (
    <fieldset className="ticks">
      <legend className="label">Money it sees</legend>
      {SWITCHES.map(({ key, label, text, token }) => {
        const why = switchLockedWhy(token, holds);
        return (
          <label key={key}>
            <input type="checkbox" checked={content[key]} disabled={fixed || why !== null} onChange={(event) => change({ [key]: event.target.checked })} />
            <span>
              {label[0]?.toUpperCase()}
              {label.slice(1)}, {text}
              {why && <span className="faint small"> ({why})</span>}
            </span>
          </label>
        );
      })}
    </fieldset>
  );
}

export function Ticks({ keys, on, fixed, change }: { keys: string[]; on: string[]; fixed: boolean; change: (on: string[]) => void }) {
  return keys.map((key) => (
    <label key={key}>
      <input type="checkbox" checked={on.includes(key)} disabled={fixed} onChange={(event) => change(keys.filter((each) => (each === key ? event.target.checked : on.includes(each))))} />
      {plain(key)}
    </label>
  ));
}
