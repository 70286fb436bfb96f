/** What a page shows when it has nothing to show: it is loading, empty, or something failed. */
import type { ReactNode } from "react";

export function Loading({ what }: { what: string }) {
  return <p className="loading" role="status">Loading {what} …</p>;
}

/** Nothing is there yet; `children` say how to get something. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <section className="blank">
      <h2>{title}</h2>
      {children}
    </section>
  );
}

export function Failure({ title, message, retry }: { title: string; message: string; retry?: () => void }) {
  return (
    <section className="blank bad" role="alert">
      <h2>{title}</h2>
      <p>{message}</p>
      {retry && <button type="button" onClick={retry}>Try again</button>}
    </section>
  );
}
