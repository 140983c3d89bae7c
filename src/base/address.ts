/**
 * What an IP address is for, by the special-purpose registries of IANA (RFC 6890 and its successors).
 * An IPv6 address that stands for an IPv4 address is what that address is.
 */

/** `public` is every address that belongs to some host of the internet. */
export type AddressKind =
  | "public"
  | "loopback"
  | "private"
  | "link-local"
  | "multicast"
  | "unspecified"
  | "reserved";

interface Block {
  readonly from: bigint;
  readonly bits: number;
  readonly kind: AddressKind;
}

const IPV4_BITS = 32;
const IPV6_BITS = 128;

const IPV4_BLOCKS: readonly Block[] = Object.freeze(([
  ["0.0.0.0", 8, "unspecified"],
  ["10.0.0.0", 8, "private"],
  ["100.64.0.0", 10, "private"], // carrier-grade NAT
  ["127.0.0.0", 8, "loopback"],
  ["168.63.129.16", 32, "link-local"], // the host of each virtual machine of Azure, by no registry
  ["169.254.0.0", 16, "link-local"],
  ["172.16.0.0", 12, "private"],
  ["192.0.0.0", 24, "reserved"],
  ["192.0.2.0", 24, "reserved"],
  ["192.88.99.0", 24, "reserved"],
  ["192.168.0.0", 16, "private"],
  ["198.18.0.0", 15, "reserved"],
  ["198.51.100.0", 24, "reserved"],
  ["203.0.113.0", 24, "reserved"],
  ["224.0.0.0", 4, "multicast"],
  ["240.0.0.0", 4, "reserved"],
] as const).map(([from, bits, kind]) => ({ from: readIpv4(from)!, bits, kind })));

const IPV6_BLOCKS: readonly Block[] = Object.freeze(([
  ["::", 128, "unspecified"],
  ["::1", 128, "loopback"],
  ["fc00::", 7, "private"],
  ["fe80::", 10, "link-local"],
  ["fec0::", 10, "private"],
  ["ff00::", 8, "multicast"],
  ["64:ff9b:1::", 48, "private"], // NAT64 of one network
  ["2001::", 23, "reserved"], // Teredo hides an IPv4 address in it
  ["2001:db8::", 32, "reserved"],
  ["3fff::", 20, "reserved"],
  ["2000::", 3, "public"],
] as const).map(([from, bits, kind]) => ({ from: readIpv6(from)!, bits, kind })));

/** Blocks whose addresses hold an IPv4 address, and how far from the right end it stands. */
const EMBEDDED: readonly {
  readonly from: bigint;
  readonly bits: number;
  readonly shift: bigint;
}[] = Object.freeze([
  { from: readIpv6("::ffff:0:0")!, bits: 96, shift: 0n }, // mapped
  { from: readIpv6("::ffff:0:0:0")!, bits: 96, shift: 0n }, // translated
  { from: readIpv6("64:ff9b::")!, bits: 96, shift: 0n }, // NAT64
  { from: readIpv6("2002::")!, bits: 16, shift: 80n }, // 6to4
]);

/** The kind of an address in any spelling; what is no address is `reserved`. */
export function addressKind(address: string): AddressKind {
  const bare = unwrap(address);
  const v4 = readIpv4(bare);
  if (v4 !== undefined) return kindOfIpv4(v4);
  const v6 = readIpv6(bare);
  return v6 === undefined ? "reserved" : kindOfIpv6(v6);
}

/** Whether the text is an IPv4 or IPv6 address, with or without brackets. */
export function isIpAddress(text: string): boolean {
  const bare = unwrap(text);
  return readIpv4(bare) !== undefined || readIpv6(bare) !== undefined;
}

/** The address without the brackets and the zone that name servers and URLs put around it. */
export function unwrap(address: string): string {
  return address.replace(/^\[|\]$/g, "").replace(/%.*$/s, "");
}

function kindOfIpv4(value: bigint): AddressKind {
  return IPV4_BLOCKS.find((block) => isIn(value, block, IPV4_BITS))?.kind ?? "public";
}

function kindOfIpv6(value: bigint): AddressKind {
  const embedded = EMBEDDED.find((block) => isIn(value, block, IPV6_BITS));
  if (embedded !== undefined) return kindOfIpv4((value >> embedded.shift) & 0xffff_ffffn);
  return IPV6_BLOCKS.find((block) => isIn(value, block, IPV6_BITS))?.kind ?? "reserved";
}

function isIn(value: bigint, { from, bits }: Omit<Block, "kind">, width: number): boolean {
  const rest = BigInt(width - bits);
  return value >> rest === from >> rest;
}

function readIpv4(text: string): bigint | undefined {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1).map(Number);
  if (parts === undefined || parts.some((part) => part > 255)) return undefined;
  return parts.reduce((value, part) => (value << 8n) | BigInt(part), 0n);
}

function readIpv6(text: string): bigint | undefined {
  if (!text.includes(":") || text.length > 45) return undefined;
  const halves = withGroups(text).split("::");
  if (halves.length > 2) return undefined;
  const [head = [], tail = []] = halves.map((half) => half === "" ? [] : half.split(":"));
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...head, ...Array<string>(missing).fill("0"), ...tail];
  if (groups.some((group) => !/^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return groups.reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n);
}

/** The same address with the IPv4 form of its end, if it has one, as two groups. */
function withGroups(text: string): string {
  const at = text.lastIndexOf(":") + 1;
  const v4 = readIpv4(text.slice(at));
  if (v4 === undefined) return text;
  return `${text.slice(0, at)}${(v4 >> 16n).toString(16)}:${(v4 & 0xffffn).toString(16)}`;
}
