/** The frame of every page: navigation, the target, and the page itself. */
import { Component, type ReactNode, Suspense } from "react";
import { Link, Route, Switch, useLocation } from "wouter";
import type { Target } from "../../routes/target.ts";
import { useJson } from "./api.ts";
import { Confirmations } from "./confirm.tsx";
import { icons } from "./icons.tsx";
import { type PageName, pages } from "./pages.ts";
import { Failure, Loading } from "./states.tsx";

const NAVIGATION: { page: PageName; path: string; label: string }[] = [
  { page: "overview", path: "/", label: "Overview" },
  { page: "orders", path: "/orders", label: "Orders" },
  { page: "review", path: "/review", label: "Review" },
  { page: "workflow", path: "/workflow", label: "Workflow" },
  { page: "models", path: "/models", label: "Models" },
];

export function Shell() {
  return (
    <div className="shell">
      <a className="skip" href="#main">Skip to the page</a>
      <header className="bar">
        <Link className="brand" href="/">{icons.brand} Scones Unlimited</Link>
        <Navigation />
        <TargetLine />
      </header>
      <main id="main" tabIndex={-1}>
        <Boundary>
          <Suspense fallback={<Loading what="the page" />}>
            <Switch>
              {NAVIGATION.filter(({ path }) => path !== "/").map(({ page, path }) => (
                <Route key={path} path={path} nest component={pages[page]} />
              ))}
              <Route path="/" component={pages.overview} />
              <Route>
                <Failure title="There is no such page" message="Choose one of the pages in the navigation." />
              </Route>
            </Switch>
          </Suspense>
        </Boundary>
      </main>
      <Confirmations />
    </div>
  );
}

function Navigation() {
  const [location] = useLocation();
  const isHere = (path: string) => path === "/" ? location === "/" : location.startsWith(path);
  return (
    <nav aria-label="Pages">
      {NAVIGATION.map(({ page, path, label }) => (
        <Link key={path} href={path} aria-current={isHere(path) ? "page" : undefined}>
          {icons[page]}
          <span>{label}</span>
        </Link>
      ))}
    </nav>
  );
}

function TargetLine() {
  const { value } = useJson<Target>("/api/target");
  if (!value) return <p className="target" />;
  const { target, account, region, stage } = value;
  return (
    <p className="target" title={`Account ${account}`}>
      <b data-target={target}>{target === "aws" ? "AWS" : "local AWS"}</b> {region}
      {stage && ` · ${stage}`}
    </p>
  );
}

/** Shows an error of a page in its place; the navigation stays. */
class Boundary extends Component<{ children: ReactNode }, { error?: Error }> {
  override state: { error?: Error } = {};

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override render() {
    const { error } = this.state;
    if (!error) return this.props.children;
    return <Failure title="The page has a fault" message={error.message} retry={() => location.reload()} />;
  }
}
