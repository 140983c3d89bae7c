/** A failure of a server or of the way to it, in words of our own; the cause is for the log alone. */

/** Thrown where whoever wants the server may be told the message: no paths, nothing that was sent. */
export class ServerFailure extends Error {
  override readonly name = "ServerFailure";
}
