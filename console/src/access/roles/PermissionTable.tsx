import { Icon } from "../../icons";
import { Info } from "../../parts";
import { type Holds, type Level, type Scope, lockedWhy, permissionsOf } from "./content";

interface Props {
  scope: Scope;
  baseType: string;
  held: Record<string, Level>;
  before: Record<string, Level>;
  holds: Holds;
  fixed: boolean;
  change: (held: Record<string, Level>) => void;
}

const CHOICES: { level: Level | null; label: string }[] = [
  { level: null, label: "None" },
  { level: "R", label: "Read" },
  { level: "W", label: "Change" },
];

/** Each permission once, with its levels side by side; what cannot be given is locked, and says why. */
export function PermissionTable({ scope, baseType, held, before, holds, fixed, change }: Props) {
  function choose(key: string, level: Level | null) {
    const { [key]: _, ...others } = held;
    change(level === null ? others : { ...others, [key]: level });
  }
  return (
    <div className="permissions">
      {permissionsOf(scope).map((permission) => {
        const now = held[permission.key] ?? null;
        const reasons = new Set(permission.levels.map((level) => lockedWhy(permission.key, level, { scope, baseType, holds })));
        const [why] = reasons.has(null) ? [null] : [...reasons];
        const changed = (before[permission.key] ?? null) !== now;
        return (
          <fieldset key={permission.key} className={`permission ${changed ? "changed" : ""}`}>
            <legend className="hidden-visually">{permission.label}</legend>
            <span className="permission-name" aria-hidden="true">
              {why && <Icon name="lock" />}
              {permission.label}
              {changed && <span className="chip accent">not saved</span>}
            </span>
            <Info about={permission.label}>
              <code>{permission.key}</code>
              {permission.allows && <p>Change: {permission.allows}.</p>}
              {why && <p>Locked: {why}.</p>}
            </Info>
            <span className="levels">
              {CHOICES.map(({ level, label }) => {
                if (level !== null && !permission.levels.includes(level)) return <span key={label} className="level-choice absent" />;
                const locked = fixed || why !== null || (level !== null && lockedWhy(permission.key, level, { scope, baseType, holds }) !== null);
                return (
                  <label key={label} className="level-choice">
                    <input type="radio" name={permission.key} checked={now === level} disabled={locked && now !== level} onChange={() => !locked && choose(permission.key, level)} />
                    <span>{label}</span>
                  </label>
                );
              })}
            </span>
          </fieldset>
        );
      })}
    </div>
  );
}
