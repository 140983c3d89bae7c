/**
 * Names that tools and namespaces must not take: words of the language, names every object inherits,
 * and globals that a namespace of the same name would hide from guest code.
 */

function words(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}

/** Words that are no variable names in some edition of JavaScript, and values that look like words. */
export const RESERVED_WORDS: ReadonlySet<string> = words(`
  abstract arguments await boolean break byte case catch char class const continue debugger default
  delete do double else enum eval export extends false final finally float for function goto if
  implements import in instanceof int interface let long native new null package private protected
  public return short static super switch synchronized this throw throws transient true try typeof
  undefined using var void volatile while with yield NaN Infinity
`);

/** Names with a meaning on every object: inherited ones, and those that promises and JSON look for. */
export const INHERITED_NAMES: ReadonlySet<string> = words(`
  constructor prototype hasOwnProperty isPrototypeOf propertyIsEnumerable toLocaleString toString
  valueOf toJSON then __proto__ __defineGetter__ __defineSetter__ __lookupGetter__ __lookupSetter__
`);

/** Names that cannot name a TypeScript type, and the global types that declarations refer to. */
export const RESERVED_TYPE_NAMES: ReadonlySet<string> = words(`
  any asserts bigint boolean infer intrinsic is keyof never null number object out readonly string
  symbol undefined unique unknown void Array Error Observed Promise
`);

/** Globals of JavaScript, the web, Deno and Node, and the names guest code is given. */
export const STANDARD_GLOBALS: ReadonlySet<string> = words(`
  mcp codemode context console McpToolError files env
  AbortController AbortSignal AggregateError Array ArrayBuffer AsyncDisposableStack AsyncFunction
  AsyncGenerator AsyncIterator Atomics BigInt BigInt64Array BigUint64Array Blob Boolean
  BroadcastChannel Buffer Bun ByteLengthQueuingStrategy Cache CacheStorage CloseEvent
  CompressionStream CountQueuingStrategy Crypto CryptoKey CustomEvent DOMException DOMMatrix
  DOMMatrixReadOnly DOMPoint DOMPointReadOnly DOMQuad DOMRect DOMRectReadOnly DataView Date
  DecompressionStream Deno DisposableStack Document Element ErrorEvent Error EvalError Event
  EventSource EventTarget File FileReader FinalizationRegistry Float16Array Float32Array
  Float64Array FormData Function Generator GeneratorFunction HTMLElement Headers ImageBitmap
  ImageBitmapRenderingContext ImageData Image Int16Array Int32Array Int8Array Intl Iterator JSON
  Location Lock LockManager Map Math MessageChannel MessageEvent MessagePort Navigator
  NavigatorUAData Node Notification Number Object OffscreenCanvas Option Performance
  PerformanceEntry PerformanceMark PerformanceMeasure PerformanceObserver
  PerformanceObserverEntryList PerformanceResourceTiming ProgressEvent Promise
  PromiseRejectionEvent Proxy QuotaExceededError RangeError Range ReadableByteStreamController
  ReadableStream ReadableStreamBYOBReader ReadableStreamBYOBRequest ReadableStreamDefaultController
  ReadableStreamDefaultReader ReferenceError Reflect RegExp Request Response Selection Set
  ShadowRealm SharedArrayBuffer SharedWorker Storage String SubtleCrypto SuppressedError Symbol
  SyntaxError Temporal Text TextDecoder TextDecoderStream TextEncoder TextEncoderStream
  TransformStream TransformStreamDefaultController TypeError URIError URL URLPattern
  URLSearchParams Uint16Array Uint32Array Uint8Array Uint8ClampedArray WeakMap WeakRef WeakSet
  WebAssembly WebSocket Window Worker WorkerGlobalScope WorkerLocation WorkerNavigator
  WritableStream WritableStreamDefaultController WritableStreamDefaultWriter XMLHttpRequest
  addEventListener alert atob blur btoa caches cancelAnimationFrame clearImmediate clearInterval
  clearTimeout close closed confirm cookieStore createImageBitmap crypto customElements
  decodeURI decodeURIComponent devicePixelRatio dispatchEvent document encodeURI
  encodeURIComponent escape event external fetch find focus frameElement frames
  getComputedStyle getSelection global globalThis history importScripts indexedDB innerHeight
  innerWidth isFinite isNaN isSecureContext length localStorage location locationbar matchMedia
  menubar moveBy moveTo name navigation navigator offscreenBuffering onbeforeunload onerror onload
  onmessage onmessageerror onunhandledrejection onunload open opener origin originAgentCluster
  outerHeight outerWidth pageXOffset pageYOffset parent parseFloat parseInt performance
  personalbar postMessage print process prompt queueMicrotask registration removeEventListener
  reportError requestAnimationFrame requestIdleCallback resizeBy resizeTo screen screenLeft
  screenTop screenX screenY scroll scrollBy scrollTo scrollX scrollY scrollbars self
  sessionStorage setImmediate setInterval setTimeout speechSynthesis status statusbar stop
  structuredClone styleMedia toolbar top trustedTypes undefined unescape visualViewport window
  async of get set as from type declare module namespace require exports define
  __dirname __filename __esModule nodeBootstrap
`);

/** Every name starting like this belongs to an interface of one web standard. */
export const STANDARD_PREFIXES: readonly string[] = ["GPU", "HTML", "SVG", "WebGL", "RTC", "CSS"];
