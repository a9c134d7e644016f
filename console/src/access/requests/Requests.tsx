import { type FormEvent, type ReactNode, useState } from "react";
import { useChange } from "../../changes";
import { Icon } from "../../icons";
import { Blank, Bones, Choice, Failed, Outcome, named } from "../../parts";
import { useAsk } from "../../useAsk";
import { useLanding } from "../../useLanding";
import { usePages } from "../../usePages";
import type { Me } from "../Access";
import { day, DayField, endOf } from "../days";
import { Decision } from "./Decision";
import { MAY, REQUEST, REQUESTS, WITHDRAW } from "./documents";

export interface Request {
  id: string;
  createdAt: string | null;
  coordinate: string | null;
  node: string | null;
  reason: string | null;
  wantedUntil: string | null;
  state: string;
  decidedAt: string | null;
  grantedUntil: string | null;
  answer: string | null;
  requester: { id: string; name: string } | null;
  organization: { id: string; name: string } | null;
  decidedBy: { name: string } | null;
}

interface May {
  viewer: {
    user: { id: string; memberships: { nodes: { organization: { id: string; name: string } | null }[] } | null } | null;
    ask: boolean;
    decide: boolean;
    columns: boolean;
  };
}

/** What one asks for, and what others ask of oneself. A request gives nothing by itself. */
export function Requests({ me }: { me: Me }) {
  const may = useAsk<May>(MAY);
  const { nodes: requests, error, more, again } = usePages<Request>(REQUESTS, "accessRequests");
  const [decided, setDecided] = useState<Request | null>(null);
  const { busy, said, say, make } = useChange();
  const landing = useLanding<HTMLHeadingElement>(said && requests);
  async function withdraw(request: Request) {
    if (await make(WITHDRAW, { accessRequest: request.id }, "You do not ask for it any more.")) again();
  }
  if (may.error) return <Failed error={may.error} again={may.again} />;
  if (!may.data || (!requests && !error)) return <Bones lines={8} />;
  const { viewer } = may.data;
  const mine = (requests ?? []).filter((each) => each.requester?.id === me.id);
  const others = (requests ?? []).filter((each) => each.requester?.id !== me.id);
  const places = (viewer.user?.memberships?.nodes ?? []).flatMap(({ organization }) => (organization ? [organization] : []));
  return (
    <div className="stack roomy">
      {error && <Failed error={error} again={again} />}
      {viewer.ask && <Asking places={places} asked={again} />}
      <Outcome said={said} />
      {others.length > 0 && (
        <section className="stack" aria-labelledby="of-others">
          <h2 ref={landing} tabIndex={-1} id="of-others">
            Others ask
          </h2>
          <List
            requests={others}
            acts={(each) =>
              viewer.decide && (
                <button
                  type="button"
                  className="button small"
                  aria-label={`Answer ${each.requester?.name ?? "somebody"}`}
                  onClick={() => {
                    say(null);
                    setDecided(each);
                  }}
                >
                  Answer
                </button>
              )
            }
          />
        </section>
      )}
      <section className="stack" aria-labelledby="of-mine">
        <h2 id="of-mine">You ask</h2>
        {mine.length === 0 ? (
          <Blank icon="empty" title="You have asked for nothing" />
        ) : (
          <List
            requests={mine}
            acts={(each) => (
              <button type="button" className="button small" disabled={busy} onClick={() => void withdraw(each)}>
                Take it back
              </button>
            )}
          />
        )}
      </section>
      {more && (
        <button type="button" className="button" onClick={more}>
          Show earlier requests
        </button>
      )}
      {decided && (
        <Decision
          request={decided}
          mayGiveColumns={viewer.columns}
          close={() => setDecided(null)}
          done={(text) => {
            setDecided(null);
            say({ text, bad: false });
            again();
          }}
        />
      )}
    </div>
  );
}

const STATES: Record<string, { tone: string; text: string }> = {
  REQUESTED: { tone: "warn", text: "waits" },
  APPROVED: { tone: "good", text: "given" },
  REFUSED: { tone: "bad", text: "not given" },
  WITHDRAWN: { tone: "", text: "taken back" },
};

function List({ requests, acts }: { requests: Request[]; acts: (request: Request) => ReactNode }) {
  return (
    <ul className="card entries">
      {requests.map((each) => {
        const { tone, text } = STATES[each.state] ?? { tone: "", text: each.state.toLowerCase() };
        return (
          <li key={each.id}>
            <div className="grow">
              <p className="line">
                <strong>{each.requester?.name ?? "Somebody"}</strong>
                {each.coordinate && <code>{each.coordinate}</code>}
                {each.node && <code className="faint">{each.node}</code>}
                {each.organization && <span className="soft">in {each.organization.name}</span>}
                <span className={`chip ${tone}`}>{text}</span>
              </p>
              {each.reason && <p>{each.reason}</p>}
              <p className="faint small">
                {each.createdAt && `Asked ${day(each.createdAt)}`}
                {each.wantedUntil && `, wanted until ${day(each.wantedUntil)}`}
                {each.decidedAt && `. Answered ${day(each.decidedAt)}${each.decidedBy ? ` by ${each.decidedBy.name}` : ""}`}
                {each.grantedUntil && `, until ${day(each.grantedUntil)}`}
                {each.answer && `: “${each.answer}”`}
              </p>
            </div>
            {each.state === "REQUESTED" && acts(each)}
          </li>
        );
      })}
    </ul>
  );
}

function Asking({ places, asked }: { places: { id: string; name: string }[]; asked: () => void }) {
  const [about, setAbout] = useState(new URLSearchParams(location.search).get("about") ?? "");
  const [row, setRow] = useState("");
  const [reason, setReason] = useState("");
  const [until, setUntil] = useState("");
  const [place, setPlace] = useState("");
  const { busy, said, make } = useChange();
  async function send(event: FormEvent) {
    event.preventDefault();
    const input = { reason, coordinate: about.trim() || null, node: row.trim() || null, organization: place || null, wantedUntil: until ? endOf(until) : null };
    if (!(await make(REQUEST, input, "Asked. Whoever can give it sees your request here; you are told nothing of who that is."))) return;
    setReason("");
    asked();
  }
  return (
    <details className="card asking" open={about !== ""}>
      <summary>
        <Icon name="plus" /> Ask for access
      </summary>
      <form className="stack" onSubmit={(event) => void send(event)}>
        <div className="question">
          <label className="field">
            <span className="label">To a type, a field or a column</span>
            <input className="input" placeholder="Conversion.payout" value={about} maxLength={256} onChange={(event) => setAbout(event.target.value)} spellCheck={false} />
          </label>
          <label className="field">
            <span className="label">On a row, by its id</span>
            <input className="input" value={row} maxLength={256} onChange={(event) => setRow(event.target.value)} spellCheck={false} />
          </label>
          <Choice label="Of whom" value={place} change={setPlace} options={[{ key: "", label: "The platform's operator" }, ...named(places)]} />
          <DayField label="Until, or nothing for no end" value={until} change={setUntil} />
        </div>
        <label className="field">
          <span className="label">What for</span>
          <input className="input" value={reason} onChange={(event) => setReason(event.target.value)} required />
        </label>
        <Outcome said={said} />
        <button type="submit" className="button primary asking-send" disabled={busy || !reason.trim() || !(about.trim() || row.trim())}>
          Ask
        </button>
      </form>
    </details>
  );
}
