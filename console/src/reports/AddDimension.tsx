import { useRef, useState } from "react";
import type { DimensionChoice } from "./types";

/** Dimensions to add: with the mouse at once, by keyboard with Enter or the button, as arrow keys only look at them. */
export function AddDimension({ free, add }: { free: DimensionChoice[]; add: (key: string) => void }) {
  const [looked, setLooked] = useState("");
  const byKeys = useRef(false);
  const withheld = free.filter((each) => !each.available);
  const chosen = free.find((each) => each.key === looked);
  function take(key: string) {
    setLooked("");
    if (key) add(key);
  }
  return (
    <>
      <select
        className="select"
        aria-label="Add a dimension"
        value={chosen ? looked : ""}
        onPointerDown={() => {
          byKeys.current = false;
        }}
        onKeyDown={(event) => {
          byKeys.current = true;
          if (event.key !== "Enter" || !chosen) return;
          event.preventDefault();
          take(looked);
        }}
        onChange={(event) => (byKeys.current ? setLooked(event.target.value) : take(event.target.value))}
      >
        <option value="">Add a dimension…</option>
        {free
          .filter((each) => each.available)
          .map((each) => (
            <option key={each.key} value={each.key}>
              {each.label}
            </option>
          ))}
        {withheld.length > 0 && (
          <optgroup label="Not available to you">
            {withheld.map((each) => (
              <option key={each.key} disabled>
                {each.label}: {each.reason}
              </option>
            ))}
          </optgroup>
        )}
      </select>
      {chosen && (
        <button type="button" className="button" onClick={() => take(looked)}>
          Add {chosen.label}
        </button>
      )}
    </>
  );
}
