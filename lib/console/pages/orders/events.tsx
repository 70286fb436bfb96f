/** The history of an execution, event by event. */
import type { ExecutionLook } from "../../execution/look.ts";

export function Events({ look: { events, eventCount, start } }: { look: ExecutionLook }) {
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label="Events">
      <table>
        <thead>
          <tr>
            <th>#</th>
            <th>Event</th>
            <th>State</th>
            <th className="number">After</th>
            <th>Details</th>
          </tr>
        </thead>
        <tbody>
          {events.map(({ id, type, time, state, details }) => (
            <tr key={id}>
              <td className="number">{id}</td>
              <td>{type}</td>
              <td>{state}</td>
              <td className="number">{(time - start).toLocaleString("en-US")} ms</td>
              <td>
                {Object.keys(details).length > 0 && (
                  <details>
                    <summary>{Object.keys(details).join(", ")}</summary>
                    <pre>{JSON.stringify(details, null, 2)}</pre>
                  </details>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {eventCount > events.length && (
        <p className="muted">
          The first {events.length.toLocaleString("en-US")} of {eventCount.toLocaleString("en-US")} events.
        </p>
      )}
    </div>
  );
}
