/** Pictures that are dropped or chosen: each becomes an order. */
/// <reference lib="dom" />
import { ask } from "../shell/api.ts";
import { spending } from "../shell/confirm.tsx";

/** One picture on its way. */
export interface Dropped {
  id: number;
  fileName: string;
  state: "waiting" | "sending" | "started" | "refused";
  /** The execution, once it has started. */
  name?: string;
  /** Why it was refused. */
  message?: string;
}

const CONCURRENCY = 3;
let nextId = 1;

/** The files of a drop, those inside of folders too. */
export async function filesOf(transfer: DataTransfer): Promise<File[]> {
  // The items are gone after the event: entries are taken first.
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry()).filter((entry) =>
    entry !== null
  );
  if (entries.length === 0) return [...transfer.files];
  return (await Promise.all(entries.map(filesIn))).flat();
}

async function filesIn(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile) {
    return [
      await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject)),
    ];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: File[] = [];
  while (true) {
    // A folder is read in parts, until one is empty.
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject)
    );
    if (part.length === 0) return found;
    found.push(...(await Promise.all(part.map(filesIn))).flat());
  }
}

/** Orders with the pictures among the files. @param onChange told of each picture's way */
export async function order(files: readonly File[], onChange: (dropped: Dropped) => void): Promise<void> {
  const pictures = files.filter(({ type }) => /^image\/(png|jpeg)$/.test(type));
  const waiting = pictures.map((file) => ({ file, id: nextId++ }));
  for (const { file, id } of waiting) onChange({ id, fileName: file.name, state: "waiting" });
  for (const { name } of files.filter((file) => !pictures.includes(file)).slice(0, 20)) {
    onChange({ id: nextId++, fileName: name, state: "refused", message: "is not a PNG or JPEG picture" });
  }
  const [first, ...others] = waiting;
  if (!first) return;
  // The first one asks what it costs; the answer counts for all of them.
  let agreed = false;
  const send = async ({ file, id }: { file: File; id: number }, confirmed: boolean) => {
    onChange({ id, fileName: file.name, state: "sending" });
    const query = new URLSearchParams({ name: file.name, ...confirmed ? { confirmed: "true" } : {} });
    const { name } = await ask<{ name: string }>(`/api/orders?${query}`, { file });
    onChange({ id, fileName: file.name, state: "started", name });
    return name;
  };
  const refused = ({ file, id }: { file: File; id: number }, message: string) =>
    onChange({ id, fileName: file.name, state: "refused", message });
  try {
    const name = await spending((confirmed) => {
      agreed = confirmed;
      return send(first, confirmed);
    });
    if (name === undefined) return waiting.forEach((one) => refused(one, "was not ordered"));
  } catch (error) {
    refused(first, (error as Error).message);
  }
  const lane = async () => {
    for (let next = others.shift(); next; next = others.shift()) {
      await send(next, agreed).catch((error) => refused(next!, error.message));
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, lane));
}
