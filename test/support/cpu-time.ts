/**
 * Processor time that `work` costs this process, in milliseconds. Unlike a clock it does not run while other tests have
 * the machine, so that a limit on it says something of the code alone. A process runs one test file at a time.
 */
export async function cpuMsOf(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
