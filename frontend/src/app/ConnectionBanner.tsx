import { CloudOff, RefreshCw } from "lucide-react";
import { t } from "../i18n";
import { useValue } from "../store/hooks";
import { connectionNotice, retryNow } from "../sync/link";
import { Banner } from "../ui/Banner";
import { Button } from "../ui/Button";

/** Says when what is on the screen may be behind. Nothing while all is well. */
export function ConnectionBanner() {
  const notice = useValue(connectionNotice);
  if (notice === "none") return null;
  if (notice === "offline") {
    return (
      <Banner tone="warning" icon={<CloudOff size={16} aria-hidden />}>
        {t("Offline: messages will be sent later")}
      </Banner>
    );
  }
  return (
    <Banner
      tone="warning"
      icon={<RefreshCw size={16} aria-hidden />}
      action={
        <Button size="small" variant="quiet" onClick={retryNow}>
          {t("Try now")}
        </Button>
      }
    >
      {t("Reconnecting")}
    </Banner>
  );
}
