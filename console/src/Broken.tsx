import { Component, type ReactNode } from "react";
import { Blank } from "./parts";

/** In place of a page that did not load, or fails: what to do about it. What stands around it stays. */
export class Broken extends Component<{ children: ReactNode }, { broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError(): { broken: boolean } {
    return { broken: true };
  }

  override render(): ReactNode {
    if (!this.state.broken) return this.props.children;
    return (
      <div role="alert">
        <Blank icon="alert" title="This page cannot be shown" first>
          <p>A part of it did not load, or something in it is broken. Sightline may have been renewed meanwhile, or the connection is gone.</p>
          <button type="button" className="button primary" onClick={() => location.reload()}>
            Load the page again
          </button>
        </Blank>
      </div>
    );
  }
}
