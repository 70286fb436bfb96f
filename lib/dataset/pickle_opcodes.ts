/** The opcodes that Python 2's cPickle writes for the CIFAR files, at protocol 2. */
export const Op = {
  PROTO: 0x80,
  STOP: 0x2e, // .
  MARK: 0x28, // (
  EMPTY_DICT: 0x7d, // }
  EMPTY_LIST: 0x5d, // ]
  APPEND: 0x61, // a: instead of APPENDS when the last batch of a list holds one item
  APPENDS: 0x65, // e
  SETITEM: 0x73, // s
  SETITEMS: 0x75, // u
  TUPLE: 0x74, // t
  TUPLE1: 0x85,
  TUPLE2: 0x86,
  TUPLE3: 0x87,
  NONE: 0x4e, // N
  NEWFALSE: 0x89,
  BININT: 0x4a, // J: 4 bytes, signed
  BININT1: 0x4b, // K
  BININT2: 0x4d, // M
  SHORT_BINSTRING: 0x55, // U: one length byte
  BINSTRING: 0x54, // T: four length bytes
  BINPUT: 0x71, // q
  LONG_BINPUT: 0x72, // r
  BINGET: 0x68, // h
  LONG_BINGET: 0x6a, // j
  GLOBAL: 0x63, // c
  REDUCE: 0x52, // R
  BUILD: 0x62, // b
} as const;

/** The other opcodes of protocols 0 to 5 (from CPython's pickletools), for error messages. */
const REFUSED: Record<number, string> = {
  0x30: "POP",
  0x31: "POP_MARK",
  0x32: "DUP",
  0x46: "FLOAT",
  0x49: "INT",
  0x4c: "LONG",
  0x50: "PERSID",
  0x51: "BINPERSID",
  0x53: "STRING",
  0x56: "UNICODE",
  0x58: "BINUNICODE",
  0x64: "DICT",
  0x67: "GET",
  0x69: "INST",
  0x6c: "LIST",
  0x6f: "OBJ",
  0x70: "PUT",
  0x29: "EMPTY_TUPLE",
  0x42: "BINBYTES",
  0x43: "SHORT_BINBYTES",
  0x47: "BINFLOAT",
  0x81: "NEWOBJ",
  0x82: "EXT1",
  0x83: "EXT2",
  0x84: "EXT4",
  0x88: "NEWTRUE",
  0x8a: "LONG1",
  0x8b: "LONG4",
  0x8c: "SHORT_BINUNICODE",
  0x8d: "BINUNICODE8",
  0x8e: "BINBYTES8",
  0x8f: "EMPTY_SET",
  0x90: "ADDITEMS",
  0x91: "FROZENSET",
  0x92: "NEWOBJ_EX",
  0x93: "STACK_GLOBAL",
  0x94: "MEMOIZE",
  0x95: "FRAME",
  0x96: "BYTEARRAY8",
  0x97: "NEXT_BUFFER",
  0x98: "READONLY_BUFFER",
};

const NAMES = new Map<number, string>([
  ...Object.entries(REFUSED).map(([code, name]) => [Number(code), name] as const),
  ...Object.entries(Op).map(([name, code]) => [code, name] as const),
]);

/** The name of an opcode as CPython's pickletools spells it, or its hexadecimal code. */
export function opcodeName(code: number): string {
  return NAMES.get(code) ?? `0x${code.toString(16).padStart(2, "0")}`;
}
