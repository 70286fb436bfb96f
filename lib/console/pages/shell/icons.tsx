/** Line icons of 20 × 20 in the colour of the text; none of them carries meaning alone. */
import type { ReactNode } from "react";

function icon(...paths: string[]): ReactNode {
  return (
    <svg className="icon" viewBox="0 0 20 20" width="18" height="18" aria-hidden="true" focusable="false">
      {paths.map((path) => <path key={path} d={path} />)}
    </svg>
  );
}

export const icons = {
  brand: icon(
    "M5.5 16a3.2 3.2 0 1 0 0-6.4a3.2 3.2 0 0 0 0 6.4z",
    "M14.5 16a3.2 3.2 0 1 0 0-6.4a3.2 3.2 0 0 0 0 6.4z",
    "M5.5 12.8l3.4-6h4l1.7 6M8.9 6.8l1.9 6l1.9-6M12 4.6h2",
  ),
  overview: icon("M3 3h6v6H3zM11 3h6v4h-6zM11 9h6v8h-6zM3 11h6v6H3z"),
  orders: icon("M3 5h14M3 10h14M3 15h14"),
  review: icon("M10 10.5a2.5 2.5 0 1 0 0-5a2.5 2.5 0 0 0 0 5z", "M4 17c.6-3.4 3-5 6-5s5.4 1.6 6 5"),
  workflow: icon(
    "M7 2.5h6v4H7zM2.5 13.5h6v4h-6zM11.500 13.500h6v4h-6zM10 6.500v3.500M5.500 13.500V10h9v3.500",
  ),
  models: icon("M3 16.500c3.500 0 3-9 6-9s2.500 4.500 8 4.500M3 3v14h14"),
  close: icon("M5 5l10 10M15 5L5 15"),
  upload: icon("M10 13V3.500M6 7.500l4-4l4 4M3.500 13v3.500h13V13"),
};
