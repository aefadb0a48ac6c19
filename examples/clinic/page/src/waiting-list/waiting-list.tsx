export function WaitingList() {
  return <section aria-label="Waiting" />;
}
