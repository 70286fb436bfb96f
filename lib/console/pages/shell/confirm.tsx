/** Asks before something costs money or cannot be undone. */
/// <reference lib="dom" />
import { useEffect, useRef, useState } from "react";
import { ApiError, ask } from "./api.ts";

interface Question {
  text: string;
  yes: string;
  answer(agreed: boolean): void;
}

let show: (question: Question) => void = () => {};

/** Asks the user. @param yes what the button says that agrees */
export function confirmed(text: string, yes: string): Promise<boolean> {
  return new Promise((answer) => show({ text, yes, answer }));
}

/** Does what may cost money: `attempt` says what, and is called again with true when the user agrees to the costs. */
export async function spending<T>(attempt: (confirmed: boolean) => Promise<T>): Promise<T | undefined> {
  try {
    return await attempt(false);
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== "CostsMoney") throw error;
    return await confirmed(error.message, "Go on") ? await attempt(true) : undefined;
  }
}

/** `spending` for a request with a body of JSON. */
export function askSpending<T>(path: string, body: Record<string, unknown> = {}): Promise<T | undefined> {
  return spending((confirmed) => ask<T>(path, { body: confirmed ? { ...body, confirmed } : body }));
}

/** The place of the questions, once in the shell. */
export function Confirmations() {
  const [question, setQuestion] = useState<Question>();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    show = setQuestion;
    return () => {
      show = () => {};
    };
  }, []);
  useEffect(() => {
    if (question) dialog.current?.showModal();
  }, [question]);
  const answer = (agreed: boolean) => {
    question?.answer(agreed);
    setQuestion(undefined);
  };
  if (!question) return null;
  return (
    <dialog ref={dialog} className="confirm" aria-label="Please confirm" onCancel={() => answer(false)}>
      <p>{question.text}</p>
      <div className="actions">
        <button type="button" onClick={() => answer(false)}>Cancel</button>
        <button type="button" className="primary" onClick={() => answer(true)}>{question.yes}</button>
      </div>
    </dialog>
  );
}
