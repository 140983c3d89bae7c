/** The one check of all types. Every caller asks for the same files, so a second check costs nothing. */

/** Arguments of `deno` that check the types of everything. */
export const TYPE_CHECK: readonly string[] = Object.freeze([
  "check",
  "--frozen",
  "src",
  "workers",
  "scripts",
  "test",
]);

/** Checks all types; prints what is wrong and answers whether nothing is. */
export async function checkTypes(): Promise<boolean> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...TYPE_CHECK],
    stdin: "null",
    stdout: "null",
    env: { NO_COLOR: "1" },
  }).output();
  if (!success) console.log(new TextDecoder().decode(stderr));
  return success;
}
