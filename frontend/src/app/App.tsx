import { CSPProvider } from "@base-ui/react/csp-provider";
import { DirectionProvider } from "@base-ui/react/direction-provider";
import { lazy, Suspense, useEffect } from "react";
import { Redirect, Route, Switch } from "wouter";
import { account, ready } from "../features/accounts/store";
import { Register } from "../features/accounts/Register";
import { SignIn } from "../features/accounts/SignIn";
import { useValue } from "../store/hooks";
import { TooltipProvider } from "../ui/Tooltip";
import { ErrorBoundary } from "./ErrorBoundary";
import { Shell } from "./Shell";
import { Splash } from "./Splash";
import { closeOverlay } from "./overlay";

const ToastHost = lazy(() => import("../ui/ToastHost"));

/** Everything below the root: who is here decides between the door and the house. */
export function App() {
  const dir = document.documentElement.dir === "rtl" ? "rtl" : "ltr";
  return (
    <ErrorBoundary>
      {/* The page's policy forbids inline <style>; no widget in use needs the one rule that would be lost. */}
      <CSPProvider disableStyleElements>
        <DirectionProvider direction={dir}>
          <TooltipProvider delay={400}>
            <Door />
            <Suspense fallback={null}>
              <ToastHost />
            </Suspense>
          </TooltipProvider>
        </DirectionProvider>
      </CSPProvider>
    </ErrorBoundary>
  );
}

function Door() {
  const { state } = useValue(account);
  const drawn = useValue(ready);

  useEffect(() => {
    if (state === "signedOut") closeOverlay();
  }, [state]);

  if (state === "signedOut") {
    return (
      <Switch>
        <Route path="/register">
          <Register />
        </Route>
        <Route>
          <SignIn />
        </Route>
      </Switch>
    );
  }
  if (state === "unknown" || !drawn) return <Splash />;
  return (
    <Switch>
      <Route path="/register">
        <Redirect to="/" replace />
      </Route>
      <Route>
        <Shell />
      </Route>
    </Switch>
  );
}
