export function SyncView() {
  return <section aria-label="Sync check" />;
}
