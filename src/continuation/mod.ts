/** The door of continuation: one program's way to its end, through more than one sandbox if it must be. */

export { JournalRoom, type JournalRoomOptions, type JournalShare } from "./journal_room.ts";
export {
  HEAVIER,
  LIGHT_CPU_MS,
  type ProgramEnd,
  type ProgramJob,
  ProgramWalk,
  type ProgramWalkParts,
} from "./program_walk.ts";
