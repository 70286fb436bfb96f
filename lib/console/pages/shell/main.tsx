/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import { createRoot } from "react-dom/client";
import { Shell } from "./shell.tsx";
import "./shell.css";

createRoot(document.getElementById("app")!).render(<Shell />);
