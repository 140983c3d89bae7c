/** The door of shapes: what the results of tools without an output schema have looked like. */

export { type ObservedResult, ShapeMemory, type ShapeMemoryOptions } from "./shape_memory.ts";
