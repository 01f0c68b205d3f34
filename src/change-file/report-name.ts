/** `llis_report_YYYYMMDD_HHMMSS.txt`, from the moment processing began, in UTC. */
export function reportName(startedAt: Date): string {
  const digits = startedAt.toISOString().replace(/\D/g, '');
  return `llis_report_${digits.slice(0, 8)}_${digits.slice(8, 14)}.txt`;
}
