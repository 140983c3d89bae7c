/** One operation of an API as a tool needs it. */

import type { JsonSchema, ToolAnnotations } from "../contract/mod.ts";

/** Where a parameter is sent. */
export type ParameterPlace = "path" | "query" | "header" | "cookie";

/** How a list or an object is written. */
export type ParameterStyle =
  | "simple"
  | "label"
  | "matrix"
  | "form"
  | "spaceDelimited"
  | "pipeDelimited"
  | "deepObject";

/** One parameter. */
export interface Parameter {
  /** The member of the input that holds its value. */
  readonly key: string;
  readonly name: string;
  readonly in: ParameterPlace;
  readonly required: boolean;
  readonly style: ParameterStyle;
  readonly explode: boolean;
  readonly allowReserved: boolean;
  /** Whether its value is sent as JSON. */
  readonly isJson: boolean;
}

/** How a body is written. */
export type BodyKind = "json" | "form" | "multipart" | "text" | "binary";

/** The body of a request. */
export interface RequestBody {
  /** The member of the input that holds it. */
  readonly key: string;
  readonly kind: BodyKind;
  readonly contentType: string;
  readonly required: boolean;
  /** multipart: parts that are bytes, given as base64, with their media types. */
  readonly files: ReadonlyMap<string, string>;
}

/** Schemes of which all are shown together; one of several such sets is enough. */
export type Requirement = readonly string[];

/** One operation. */
export interface Operation {
  readonly name: string;
  readonly description: string;
  /** Upper case. */
  readonly method: string;
  /** The document's path, with its `{parameters}`. */
  readonly path: string;
  readonly tags: readonly string[];
  readonly parameters: readonly Parameter[];
  readonly body?: RequestBody;
  readonly inputSchema: JsonSchema;
  readonly outputSchema?: JsonSchema;
  /** Statuses whose answers the output schema describes, such as `200` or `2XX`. */
  readonly describedStatuses: ReadonlySet<string>;
  readonly annotations: ToolAnnotations;
  /** Absent: the document says nothing of it. */
  readonly security?: readonly Requirement[];
  /** What the path is appended to, where it is not the API's own. */
  readonly server?: unknown;
}
