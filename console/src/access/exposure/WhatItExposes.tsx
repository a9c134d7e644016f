import { Icon } from "../../icons";
import { Failed } from "../../parts";
import { type Difference, type Exposed, type Touched, grouped } from "./exposed";

interface Props {
  exposed: Exposed;
  /** What a report column is called. */
  label?: (column: string) => string;
}

/** Of so many coordinates each is shown at once; of more, how many there are. */
const FEW = 8;

/** Who would see and do more and less by a change that is not made yet. */
export function WhatItExposes({ exposed, label = (key) => key.replaceAll("_", " ") }: Props) {
  if (exposed.state === "nothing") return null;
  return (
    <section className="exposed" aria-labelledby="exposed">
      <h3 id="exposed">What this change exposes</h3>
      {exposed.state === "refused" && (
        <p className="notice bad" role="alert">
          <Icon name="alert" />
          <span>{exposed.message}</span>
        </p>
      )}
      {exposed.state === "failed" && <Failed error={exposed.error} />}
      <p className="soft small" role="status">
        {inShort(exposed)}
      </p>
      {exposed.state === "told" && exposed.people.length > 0 && (
        <ul className="exposed-people">
          {exposed.people.map((person, at) => (
            <Person key={person.user?.id ?? at} person={person} label={label} open={exposed.people.length < 3} />
          ))}
        </ul>
      )}
      {exposed.state === "told" && exposed.more && (
        <button type="button" className="button small" onClick={exposed.more}>
          Look at more people
        </button>
      )}
    </section>
  );
}

/** The same in one sentence, for beside the button that saves it. */
export function inShort(exposed: Exposed): string {
  switch (exposed.state) {
    case "nothing":
      return "";
    case "asking":
      return "Finding out who would see more and less…";
    case "refused":
      return "This would be refused.";
    case "failed":
      return "What it exposes is not known. You can save all the same.";
    case "told":
      return summary(exposed.people, exposed.more !== null);
  }
}

function count(differences: Difference[], kind: Difference["kind"]): number {
  return differences.filter((each) => each.kind === kind).reduce((sum, each) => sum + each.coordinates.length, 0);
}

function summary(people: Touched[], more: boolean): string {
  if (people.length === 0) return more ? "Nobody of those looked at so far would notice." : "Nobody would notice: nobody whom you administer sees or does more or less by it.";
  const gaining = people.filter((each) => count(each.differences, "GAINED") > 0).length;
  const losing = people.filter((each) => count(each.differences, "LOST") > 0).length;
  const noticing = `${people.length}${more ? " or more" : ""} ${people.length === 1 && !more ? "person" : "people"} would notice`;
  return `${noticing}: ${gaining} would see or do more, ${losing} less.`;
}

function Person({ person, label, open }: { person: Touched; label: (column: string) => string; open: boolean }) {
  const gained = count(person.differences, "GAINED");
  const lost = count(person.differences, "LOST");
  const elsewhere = count(person.differences, "ELSEWHERE");
  return (
    <li>
      <details open={open}>
        <summary>
          <strong>{person.user?.name ?? "Somebody"}</strong>
          {gained > 0 && <span className="chip good">+ {gained} more</span>}
          {lost > 0 && <span className="chip bad">− {lost} less</span>}
          {elsewhere > 0 && <span className="chip warn">± {elsewhere} on other rows</span>}
        </summary>
        <ul>
          {person.differences.map((difference, at) => (
            <Becomes key={at} difference={difference} label={label} />
          ))}
        </ul>
      </details>
    </li>
  );
}

const KINDS = { GAINED: { tone: "good", text: "Gains" }, LOST: { tone: "bad", text: "Loses" }, ELSEWHERE: { tone: "warn", text: "On other rows" } } as const;

function Becomes({ difference, label }: { difference: Difference; label: (column: string) => string }) {
  const { tone, text } = KINDS[difference.kind];
  return (
    <li className={`becomes ${tone}`}>
      <span className="becomes-kind">{text}</span>
      <div>
        {grouped(difference.coordinates, label).map(({ title, names }) => (
          <p key={title}>
            <span className="soft">{title}:</span> {names.slice(0, FEW).join(", ")}
            {names.length > FEW && (
              <details className="rest">
                <summary>and {names.length - FEW} more</summary>
                {names.slice(FEW).join(", ")}
              </details>
            )}
          </p>
        ))}
        {difference.rows && <Rows rows={difference.rows} />}
      </div>
    </li>
  );
}

function Rows({ rows }: { rows: NonNullable<Difference["rows"]> }) {
  const told = [
    { many: rows.gained, word: "more", example: rows.gainedExample },
    { many: rows.lost, word: "fewer", example: rows.lostExample },
  ].filter((each) => each.many > 0);
  if (told.length === 0) return <p className="faint small">On no row that you see.</p>;
  return (
    <p className="faint small">
      {told.map(({ many, word, example }) => (
        <span key={word}>
          {many.toLocaleString()} {many === 1 ? "row" : "rows"} {word}
          {example && (
            <>
              , such as <code>{example}</code>
            </>
          )}
          .{" "}
        </span>
      ))}
    </p>
  );
}
