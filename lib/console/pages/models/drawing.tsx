/** A chart that the server has drawn. */
import type { Drawn } from "../../models/drawn.ts";

/** @param name its subject, for those who do not see it */
export function Drawing({ of: { svg, finding, reading }, name }: { of: Drawn; name: string }) {
  return (
    <figure className="chart">
      <figcaption>
        <b>{finding}</b> {reading}
      </figcaption>
      <div className="scroll" tabIndex={0} role="region" aria-label={name}>
        <img
          className="drawing"
          src={`data:image/svg+xml,${encodeURIComponent(svg)}`}
          alt={`${name}. ${finding}`}
        />
      </div>
    </figure>
  );
}
