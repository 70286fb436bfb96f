/** Models: the endpoint and its evaluation, training jobs, and one of them in detail. */
import { Route, Switch } from "wouter";
import "./page.css";
import { Job } from "./job.tsx";
import { Models } from "./models.tsx";

export default function ModelsPage() {
  return (
    <Switch>
      <Route path="/:name">{({ name }) => <Job key={name} name={decodeURIComponent(name)} />}</Route>
      <Route>
        <Models />
      </Route>
    </Switch>
  );
}
