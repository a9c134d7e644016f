import { type FormEvent, useEffect, useRef, useState } from "react";
import { useChange } from "../../changes";
import { csv, save } from "../../explorer/answers";
import { Icon } from "../../icons";
import { Blank, Bones, Choice, Failed, Outcome } from "../../parts";
import { Sure } from "../../Sheet";
import { useAsk } from "../../useAsk";
import { useEveryPage } from "../../useEveryPage";
import { day, dayAndTime, DayField, endOf } from "../days";
import { CLOSE, CONFIRM, ITEMS, MAY_REVIEW, OPEN, REVIEWS, REVOKE } from "./reviewDocuments";

interface Review {
  id: string;
  createdAt: string | null;
  scope: string | null;
  state: string;
  dueAt: string | null;
  completedAt: string | null;
  affiliateAccount: { name: string } | null;
  organization: { name: string } | null;
  company: { name: string } | null;
  openedBy: { name: string } | null;
}

interface Item {
  id: string;
  person: string | null;
  role: string | null;
  accessUntil: string | null;
  state: string;
  decidedAt: string | null;
  note: string | null;
  decidedBy: { name: string } | null;
}

interface Named {
  id: string;
  name: string;
}

interface May {
  viewer: { open: boolean; platform: boolean };
  organizations: { nodes: Named[] } | null;
  affiliateAccounts: { nodes: Named[] } | null;
  companies: { nodes: Named[] } | null;
}

/** Access reviews: each grant of a place confirmed or taken away, and what came of it as evidence. */
export function Reviews() {
  const { data, error, again } = useAsk<{ accessReviews: { nodes: Review[] } | null }>(REVIEWS);
  const [chosen, setChosen] = useState<string | null>(null);
  if (error) return <Failed error={error} again={again} />;
  if (!data) return <Bones lines={8} />;
  const reviews = data.accessReviews?.nodes ?? [];
  const opened = reviews.find((each) => each.id === chosen) ?? null;
  return (
    <div className="stack roomy">
      <Opening opened={again} />
      {reviews.length === 0 && (
        <Blank icon="access" title="Nothing was reviewed yet">
          <p>A review lists everybody's access to a place; each is confirmed or taken away.</p>
        </Blank>
      )}
      {reviews.length > 0 && (
        <ul className="card entries" aria-label="Reviews">
          {reviews.map((each) => (
            <li key={each.id}>
              <div className="grow">
                <p className="line">
                  <strong>{place(each)}</strong>
                  <span className={`chip ${each.state === "OPEN" ? "warn" : "good"}`}>{each.state === "OPEN" ? "open" : "done"}</span>
                </p>
                <p className="faint small">
                  {each.dueAt && `Due ${day(each.dueAt)}`}
                  {each.createdAt && `, opened ${dayAndTime(each.createdAt)}`}
                  {each.openedBy && ` by ${each.openedBy.name}`}
                  {each.completedAt && `, closed ${day(each.completedAt)}`}
                </p>
              </div>
              <button type="button" className="button small" aria-pressed={each.id === chosen} aria-label={`Look at the review of ${place(each)}${each.createdAt ? `, opened ${dayAndTime(each.createdAt)}` : ""}`} onClick={() => setChosen(each.id === chosen ? null : each.id)}>
                {each.id === chosen ? "Fold away" : "Look at it"}
              </button>
            </li>
          ))}
        </ul>
      )}
      {opened && <Items key={opened.id} review={opened} changed={again} />}
    </div>
  );
}

function place({ organization, affiliateAccount, company, scope }: Review): string {
  if (scope === "PLATFORM") return "The platform";
  if (scope === "PLATFORM_KEYS") return "API keys of all users";
  const name = organization?.name ?? affiliateAccount?.name ?? company?.name ?? "a place that you do not see";
  return scope === "ORGANIZATION_KEYS" ? `API keys of ${name}` : name;
}

function Opening({ opened }: { opened: () => void }) {
  const may = useAsk<May>(MAY_REVIEW);
  const [of, setOf] = useState("");
  const [due, setDue] = useState("");
  const { busy, said, make } = useChange();
  if (!may.data?.viewer.open) return null;
  const { viewer, organizations, affiliateAccounts, companies } = may.data;
  async function open(event: FormEvent) {
    event.preventDefault();
    const [kind, id] = of.split(":");
    const keys = kind === "keys";
    const input = { dueAt: endOf(due), ...(keys ? { keys } : {}), ...(id ? { [keys ? "organization" : (kind as string)]: id } : {}) };
    if (await make(OPEN, input, "The review is open: confirm or revoke each grant.")) opened();
  }
  return (
    <details className="card asking">
      <summary>
        <Icon name="plus" /> Open a review
      </summary>
      <form className="question" onSubmit={(event) => void open(event)}>
        <Choice
          label="Of the access to"
          value={of}
          change={setOf}
          options={[
            { key: "", label: viewer.platform ? "The platform" : "Choose a place…" },
            ...(viewer.platform ? [{ key: "keys", label: "API keys of all users" }] : []),
            ...(organizations?.nodes ?? []).map((each) => ({ key: `organization:${each.id}`, label: each.name })),
            ...(affiliateAccounts?.nodes ?? []).map((each) => ({ key: `affiliateAccount:${each.id}`, label: `${each.name} (account)` })),
            ...(companies?.nodes ?? []).map((each) => ({ key: `company:${each.id}`, label: `${each.name} (company)` })),
            ...(organizations?.nodes ?? []).map((each) => ({ key: `keys:${each.id}`, label: `API keys of ${each.name}` })),
          ]}
        />
        <DayField label="Due on" value={due} change={setDue} required />
        <button type="submit" className="button primary" disabled={busy || due === ""}>
          Open
        </button>
      </form>
      <Outcome said={said} />
    </details>
  );
}

const STATES: Record<string, { tone: string; text: string }> = {
  OPEN: { tone: "warn", text: "not decided" },
  CONFIRMED: { tone: "good", text: "confirmed" },
  REVOKED: { tone: "bad", text: "revoked" },
  ENDED: { tone: "", text: "had ended" },
};

function Items({ review, changed }: { review: Review; changed: () => void }) {
  const { nodes: items, error, again } = useEveryPage<Item>(ITEMS, "accessReviewItems", { review: review.id });
  const [notes, setNotes] = useState<Record<string, string>>({});
  const { busy, said, make } = useChange();
  const heading = useRef<HTMLHeadingElement>(null);
  const decided = useRef<string | null>(null);
  useEffect(() => {
    // The buttons of what was decided are gone: the keyboard goes on with what comes after it.
    const last = decided.current;
    decided.current = null;
    if (!items || last === null || document.activeElement !== document.body) return;
    const at = items.findIndex((each) => each.id === last);
    const next = [...items.slice(at + 1), ...items.slice(0, at)].find((each) => each.state === "OPEN");
    (document.getElementById(`confirm-${next?.id}`) ?? heading.current)?.focus();
  }, [items]);
  if (error) return <Failed error={error} again={again} />;
  if (!items) return <Bones lines={6} />;
  const waiting = items.filter((each) => each.state === "OPEN").length;
  async function decide(item: Item, document: string, done: string) {
    const note = notes[item.id]?.trim();
    decided.current = item.id;
    if (await make(document, { item: item.id, note: note || null }, done)) again();
  }
  async function close() {
    if (await make(CLOSE, { accessReview: review.id }, "The review is closed: nothing of it changes any more.")) {
      again();
      changed();
    }
  }
  const evidence = items.map(({ id: _, decidedBy, ...item }) => ({ ...item, decidedBy: decidedBy?.name ?? null }));
  const name = `review-${place(review).replaceAll(/\W+/g, "-").toLowerCase()}`;
  return (
    <section className="stack" aria-label={`Grants of ${place(review)}`}>
      <div className="line">
        <h2 ref={heading} tabIndex={-1} className="grow">
          {place(review)}
        </h2>
        <button type="button" className="button" onClick={() => save(`${name}.csv`, "text/csv", csv(evidence) ?? "")} disabled={items.length === 0}>
          <Icon name="download" /> Evidence as CSV
        </button>
        {review.state === "OPEN" && (
          <button type="button" className="button primary" disabled={busy || waiting > 0} onClick={() => void close()}>
            Close the review
          </button>
        )}
      </div>
      <p className="soft small" role="status">
        {items.length - waiting} of {items.length} are decided.
      </p>
      <Outcome said={said} />
      <div className="table-scroll" tabIndex={0} role="region" aria-label="Grants under review">
        <table className="rows">
          <thead>
            <tr>
              <th scope="col">Person</th>
              <th scope="col">Role</th>
              <th scope="col">Until</th>
              <th scope="col">State</th>
              <th scope="col">Note</th>
              <th scope="col">
                <span className="hidden-visually">Decide</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {items.map((item) => {
              const { tone, text } = STATES[item.state] ?? { tone: "", text: item.state.toLowerCase() };
              const open = item.state === "OPEN" && review.state === "OPEN";
              return (
                <tr key={item.id}>
                  <th scope="row">{item.person ?? "Somebody"}</th>
                  <td>{item.role ?? "–"}</td>
                  <td>{item.accessUntil ? day(item.accessUntil) : <span className="faint">no end</span>}</td>
                  <td>
                    <span className={`chip ${tone}`}>{text}</span> {item.decidedBy && <span className="faint small">{item.decidedBy.name}</span>}
                  </td>
                  <td>{open ? <input className="input" aria-label={`Note on ${item.person ?? "somebody"}`} value={notes[item.id] ?? ""} onChange={(event) => setNotes({ ...notes, [item.id]: event.target.value })} /> : item.note}</td>
                  <td>
                    {open && (
                      <span className="line acts">
                        <button type="button" id={`confirm-${item.id}`} className="button small" disabled={busy} aria-label={`Confirm ${item.role ?? "the access"} of ${item.person ?? "somebody"}`} onClick={() => void decide(item, CONFIRM, `${item.person ?? "Somebody"} keeps it.`)}>
                          Confirm
                        </button>
                        <Sure
                          small
                          label="Revoke"
                          name={`Revoke ${item.role ?? "the access"} of ${item.person ?? "somebody"}`}
                          question={`Take ${item.role ?? "the access"} from ${item.person ?? "somebody"}?`}
                          disabled={busy}
                          act={() => void decide(item, REVOKE, `${item.person ?? "Somebody"} has it no more.`)}
                        />
                      </span>
                    )}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </section>
  );
}
