/** A data set in memory, wherever it comes from. */

/** A picture that can be written as a file. */
export interface Encodable {
  /** The picture as an RGB PNG; the same picture always gives the same bytes. */
  png(): Promise<Uint8Array>;
  /** Tells the content without encoding it: equal for pictures whose PNGs are equal, different for all others. */
  fingerprint(): string;
}

/** The training or the test pictures. Entry i of each field belongs to picture i. */
export interface Split<P extends Encodable = Encodable> {
  /** Indices of `labelNames`. */
  fineLabels: Uint8Array | Uint16Array;
  /** Plain names ending in .png, under which the pictures are staged. */
  filenames: string[];
  picture(row: number): P;
}

export interface Dataset<P extends Encodable = Encodable> {
  train: Split<P>;
  test: Split<P>;
  /** The names of all classes. */
  labelNames: string[];
  /** The classes that count when none are named; absent: they have to be named. */
  defaultClasses?: string[];
  /** The size of all pictures in pixels. */
  width: number;
  height: number;
  /** Where the pictures come from, for display. */
  source: string;
  /** Whether this project drew the pictures. */
  synthetic: boolean;
}
