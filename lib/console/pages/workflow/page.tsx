import "./page.css";

export default function Workflow() {
  return <h1>Workflow</h1>;
}
