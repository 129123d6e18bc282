import { Select as Base } from "@base-ui/react/select";
import { Check, ChevronsUpDown } from "lucide-react";
import { useId } from "react";
import { cx } from "./cx";
import styles from "./Select.module.css";

interface SelectProps<Value extends string> {
  label: string;
  quietLabel?: boolean;
  value: Value;
  options: { value: Value; label: string }[];
  onChange(value: Value): void;
  disabled?: boolean;
}

export function Select<Value extends string>(props: SelectProps<Value>) {
  const id = useId();
  return (
    <div className={styles.field}>
      <span id={id} className={cx(props.quietLabel ? "visually-hidden" : styles.label)}>
        {props.label}
      </span>
      <Base.Root
        items={props.options}
        value={props.value}
        disabled={props.disabled ?? false}
        onValueChange={(value) => value !== null && props.onChange(value)}
      >
        <Base.Trigger className={styles.trigger} aria-labelledby={id}>
          <Base.Value />
          <Base.Icon className={styles.icon}>
            <ChevronsUpDown size={16} aria-hidden />
          </Base.Icon>
        </Base.Trigger>
        <Base.Portal>
          <Base.Positioner className={styles.positioner} sideOffset={4} alignItemWithTrigger={false}>
            <Base.Popup className={styles.popup}>
              {props.options.map((option) => (
                <Base.Item key={option.value} value={option.value} className={styles.item}>
                  <Base.ItemText>{option.label}</Base.ItemText>
                  <Base.ItemIndicator>
                    <Check size={16} aria-hidden />
                  </Base.ItemIndicator>
                </Base.Item>
              ))}
            </Base.Popup>
          </Base.Positioner>
        </Base.Portal>
      </Base.Root>
    </div>
  );
}
