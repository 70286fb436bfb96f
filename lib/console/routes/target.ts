/** Which target the console shows. */
import type { Routes } from "../route.ts";

export interface Target {
  target: "local" | "aws";
  account: string;
  region: string;
  stage?: string;
  stateMachine: string;
  bucket: string;
}

export const targetRoutes: Routes = (app, { target, account, region, stage, names, bucket }) => {
  app.get("/api/target", (c) => {
    const answer: Target = { target, account, region, stage, stateMachine: names.stateMachine, bucket };
    return c.json(answer);
  });
};
