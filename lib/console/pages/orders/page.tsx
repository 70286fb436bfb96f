/** Orders: a live list of all executions, and one of them in detail. */
/// <reference lib="dom" />
import { Route, Switch } from "wouter";
import "./page.css";
import { Execution } from "./execution.tsx";
import { Feed } from "./feed.tsx";

export default function OrdersPage() {
  return (
    <Switch>
      <Route path="/:name">{({ name }) => <Execution key={name} name={decodeURIComponent(name)} />}</Route>
      <Route>
        <Feed />
      </Route>
    </Switch>
  );
}
