/** The bodies of the objects that are read. */

/** A stream of an object's bytes. */
export type Bytes = ReadableStream<Uint8Array<ArrayBuffer>>;

/** Opens an object of the reader's bucket. */
export type OpenObject = (key: string, version?: string) => Promise<Bytes>;
