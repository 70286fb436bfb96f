/** What the forms of the inspector share. */
import { createContext, useContext } from "react";
import type { Resources } from "../../../routes/workflow_resources.ts";
import type { Problem } from "./problems.ts";

export interface InspectorData {
  problems: readonly Problem[];
  resources?: Resources;
  /** JSON by which expressions are tried. */
  sample: string;
}

export const InspectorContext = createContext<InspectorData>({ problems: [], sample: "{}" });
export const useInspector = () => useContext(InspectorContext);
