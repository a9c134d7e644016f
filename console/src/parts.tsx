import type { ReactNode } from "react";
import { Button, Tooltip, TooltipTrigger } from "react-aria-components";
import type { ApiError } from "./api";
import type { Said } from "./changes";
import { Icon, type IconName } from "./icons";

/** In place of what is not there. `first` says that its title is that of the page. */
export function Blank({ icon, title, first = false, children }: { icon: IconName; title: string; first?: boolean; children?: ReactNode }) {
  const Title = first ? "h1" : "h2";
  return (
    <div className="blank">
      <Icon name={icon} />
      <Title>{title}</Title>
      {children}
    </div>
  );
}

export function Bones({ lines = 6, label = "Loading" }: { lines?: number; label?: string }) {
  const widths = ["92%", "74%", "84%", "58%", "79%", "66%"];
  return (
    <div className="bones" role="status" aria-label={label}>
      {Array.from({ length: lines }, (_, at) => (
        <i key={at} style={{ width: widths[at % widths.length] }} />
      ))}
    </div>
  );
}

export function Failed({ error, again }: { error: ApiError; again?: () => void }) {
  return (
    <div className="notice bad" role="alert">
      <Icon name="alert" />
      <span className="grow">{error.message}</span>
      {again && (
        <button type="button" className="button small" onClick={again}>
          Try again
        </button>
      )}
    </div>
  );
}

/** What came of a change, announced; a refusal in the words it was refused with. */
export function Outcome({ said }: { said: Said | null }) {
  return (
    said && (
      <p className={`notice ${said.bad ? "bad" : "good"}`} role={said.bad ? "alert" : "status"}>
        <Icon name={said.bad ? "alert" : "check"} />
        <span>{said.text}</span>
      </p>
    )
  );
}

/** What stands in place of a page that is not there yet, or could not be had. */
export function NotYet({ error, again }: { error: ApiError | null; again: () => void }) {
  return <div className="narrow">{error ? <Failed error={error} again={again} /> : <Bones />}</div>;
}

interface ChoiceProps {
  label: ReactNode;
  value: string;
  options: { key: string; label: string }[];
  change: (key: string) => void;
  disabled?: boolean;
}

/** One of a few, by its label. */
export function Choice({ label, value, options, change, disabled }: ChoiceProps) {
  return (
    <label className="field">
      <span className="label">{label}</span>
      <select className="select" value={value} disabled={disabled} onChange={(event) => change(event.target.value)}>
        {options.map((each) => (
          <option key={each.key} value={each.key}>
            {each.label}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Rows that have names, to choose among. */
export function named(rows: { id: string; name: string }[] | undefined): { key: string; label: string }[] {
  return (rows ?? []).map(({ id, name }) => ({ key: id, label: name }));
}

/** A small target of its own that says what something is, on hover and on focus. */
export function Info({ about, children }: { about: string; children: ReactNode }) {
  return (
    <TooltipTrigger delay={150} closeDelay={80}>
      <Button className="info" aria-label={`About ${about}`}>
        <Icon name="info" />
      </Button>
      <Tooltip className="tip" offset={6}>
        {children}
      </Tooltip>
    </TooltipTrigger>
  );
}
