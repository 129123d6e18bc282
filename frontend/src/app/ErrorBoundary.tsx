import { TriangleAlert } from "lucide-react";
import { Component, type ReactNode } from "react";
import { t } from "../i18n";
import { Button } from "../ui/Button";
import { EmptyState } from "../ui/EmptyState";

interface Props {
  children: ReactNode;
  /** A change of this clears the error: another page deserves another try. */
  resetKey?: string;
}

/** Catches what a view throws (also a chunk that a newer server no longer has) and offers a reload. */
export class ErrorBoundary extends Component<Props, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override componentDidUpdate(before: Props) {
    if (this.state.failed && before.resetKey !== this.props.resetKey) this.setState({ failed: false });
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    return (
      <EmptyState
      wholePage
        icon={<TriangleAlert size={26} />}
        title={t("This page stopped working")}
        actions={
          <Button variant="primary" onClick={() => location.reload()}>
            {t("Reload")}
          </Button>
        }
      >
        {t("Your messages are safe on the server, and drafts stay on this device. Reloading usually helps.")}
      </EmptyState>
    );
  }
}
