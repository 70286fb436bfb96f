/** A dialog over the page; Escape closes it. */
/// <reference lib="dom" />
import { type ReactNode, useEffect, useRef } from "react";

export function Modal({ title, wide, onClose, children }: {
  title: string;
  wide?: boolean;
  onClose(): void;
  children: ReactNode;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const { current } = dialog;
    current?.showModal();
    return () => current?.close();
  }, []);
  return (
    <dialog ref={dialog} className={wide ? "wide" : ""} aria-label={title} onCancel={onClose}>
      <header>
        <h2>{title}</h2>
        <button type="button" onClick={onClose} aria-label="Close">×</button>
      </header>
      {children}
    </dialog>
  );
}
