import type { Said } from "../../changes";
import { Icon } from "../../icons";
import { Outcome } from "../../parts";
import { useLanding } from "../../useLanding";
import { type Exposed, maySave } from "../exposure/exposed";
import { WhatItExposes } from "../exposure/WhatItExposes";

/** A change to these opens or closes cells of rows too, for staff. */
const ON_ROWS = new Set(["revenue", "payout", "sale_amount"]);

interface Props {
  add: string[];
  remove: string[];
  resetting: boolean;
  /** What somebody else moved, until it was looked at; null where nobody did. */
  meanwhile: { restricted: string[]; available: string[] } | null;
  exposed: Exposed;
  label: (key: string) => string;
  busy: boolean;
  said: Said | null;
  restrict: (keys: string[]) => void;
  goOn: () => void;
  discard: () => void;
  save: () => void;
}

/** The columns that a refusal says to restrict as well; none where it says nothing of the kind. */
function repairOf(exposed: Exposed): string[] {
  const [, named = ""] = (exposed.state === "refused" && /Leave out (.+) too\./.exec(exposed.message)) || [];
  return [...named.matchAll(/"([^"]+)"/g)].map(([, key = ""]) => key);
}

/** What is not saved, what came of an attempt, and what can be done: always in sight. */
export function SaveBar({ add, remove, resetting, meanwhile, exposed, label, busy, said, restrict, goOn, discard, save }: Props) {
  const names = (keys: string[]) => keys.map(label).join(", ");
  const onRows = [...add, ...remove].filter((key) => ON_ROWS.has(key));
  const repair = repairOf(exposed);
  const bar = useLanding<HTMLDivElement>(meanwhile && true);
  const pending = resetting || add.length + remove.length > 0;
  /** What is pressed goes away by it, and the keyboard stays in the bar. */
  function inBar(act: () => void) {
    bar.current?.focus();
    act();
  }
  return (
    <div ref={bar} className="savebar" tabIndex={-1} role="region" aria-label="Changes that are not saved">
      <div className="grow savebar-what">
        <Outcome said={said} />
        {meanwhile && (
          <div className="notice bad" role="alert">
            <Icon name="alert" />
            <div>
              <p>
                <strong>Somebody else changed this list meanwhile.</strong> {pending ? "The lists show it as it is now, with what you moved; nothing of yours is saved yet." : "The lists show it as it is now. What you moved is so already."}
              </p>
              {meanwhile.restricted.length > 0 && <p>Restricted meanwhile: {names(meanwhile.restricted)}.</p>}
              {meanwhile.available.length > 0 && <p>Made available meanwhile: {names(meanwhile.available)}.</p>}
            </div>
          </div>
        )}
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
        {!meanwhile && <WhatItExposes exposed={exposed} label={label} />}
      </div>
      <div className="savebar-acts">
        {!meanwhile && repair.length > 0 && (
          <button type="button" className="button" onClick={() => inBar(() => restrict(repair))}>
            Restrict {repair.length === 1 ? "it" : `those ${repair.length}`} too
          </button>
        )}
        <button type="button" className="button" disabled={busy} onClick={discard}>
          {pending ? "Discard" : "Close"}
        </button>
        {meanwhile && pending && (
          <button type="button" className="button" disabled={busy} onClick={() => inBar(goOn)}>
            Keep what I moved
          </button>
        )}
        {!meanwhile && (
          <button type="button" className="button primary" disabled={busy || !maySave(exposed)} onClick={save}>
            Save
          </button>
        )}
      </div>
    </div>
  );
}
