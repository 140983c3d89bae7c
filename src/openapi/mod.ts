/** The door of the OpenAPI room: HTTP APIs as servers with tools. */

export {
  type OpenApi,
  type OpenApiCallOptions,
  type OpenApiDeps,
  type OpenApiStatus,
  openOpenApi,
} from "./open_api.ts";
