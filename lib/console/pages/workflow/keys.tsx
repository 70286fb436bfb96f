/** The keys of the canvas, and the list of them. */
import { Modal } from "./modal.tsx";

const KEYS: [keys: string, what: string][] = [
  ["Arrow keys", "go from state to state; with Shift, select more"],
  ["Enter", "edit the selected state"],
  ["A", "choose a state to add after the selected one"],
  ["Alt + ↑ or ↓", "move the state one step back or on in its chain"],
  ["N", "choose the next state"],
  ["Delete", "remove what is selected; the chain heals"],
  ["Ctrl + C, X, V", "copy, cut, paste states as ASL text"],
  ["Ctrl + D", "duplicate"],
  ["Ctrl + A", "select all states around the selected one"],
  ["P, M", "wrap in a Parallel or Map state"],
  ["U", "unwrap a Parallel or Map state"],
  ["C", "collapse or expand a Parallel or Map state"],
  ["Ctrl + Z, Ctrl + Shift + Z", "undo, redo"],
  ["/", "find a state"],
  ["F, +, −", "show everything, zoom in, zoom out"],
  ["L", "turn the layout"],
  ["Ctrl + S", "save"],
  ["Escape", "select nothing: the inspector shows the whole workflow"],
  ["?", "this list"],
];

export function KeysDialog({ onClose }: { onClose(): void }) {
  return (
    <Modal title="Keys of the canvas" onClose={onClose}>
      <table className="keys">
        <tbody>
          {KEYS.map(([keys, what]) => (
            <tr key={keys}>
              <th scope="row">
                <kbd>{keys}</kbd>
              </th>
              <td>{what}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="none">
        With the mouse: drag states onto lines, connect them by their dots, Shift-click selects more.
      </p>
    </Modal>
  );
}
